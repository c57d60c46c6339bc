import { BPF_REG_FP } from '../../isa/index.ts';
import { MAX_BPF_STACK } from '../../uapi/index.ts';
import { join, pointer, SCALAR, UNKNOWN, type Value } from './value.ts';

/** Slots of 8 bytes in a frame; slot 0 is the lowest. */
export const SLOTS = MAX_BPF_STACK / 8;

/** Registers and stack of one subprogram at one place. */
export interface State {
  /** R0 to R10. */
  readonly registers: Value[];
  /** Shared with other states until one is written. */
  stack: readonly Value[];
}

const EMPTY_STACK: readonly Value[] = new Array<Value>(SLOTS).fill(SCALAR);

/** A subprogram's state at its first instruction. */
export function entryState(sub: number, args: readonly Value[]): State {
  const registers = new Array<Value>(BPF_REG_FP + 1).fill(SCALAR);
  for (let i = 0; i < args.length; i++) registers[i + 1] = args[i];
  registers[BPF_REG_FP] = { ...pointer('stack', 0), sub };
  return { registers, stack: EMPTY_STACK };
}

export function copyState(state: State): State {
  return { registers: state.registers.slice(), stack: state.stack };
}

/**
 * Joins `from` into `into`.
 * @param coarse what differs becomes unknown at once, so that the walk ends
 * @returns whether `into` changed
 */
export function joinState(into: State, from: State, coarse: boolean): boolean {
  let changed = false;
  for (let r = 0; r < into.registers.length; r++) {
    const value = meet(into.registers[r], from.registers[r], coarse);
    if (value !== into.registers[r]) {
      into.registers[r] = value;
      changed = true;
    }
  }
  const stack = joinSlots(into.stack, from.stack, coarse);
  if (stack !== into.stack) {
    into.stack = stack;
    changed = true;
  }
  return changed;
}

/** The join of two stacks; `into` itself where it does not change. */
export function joinSlots(into: readonly Value[], from: readonly Value[], coarse: boolean): readonly Value[] {
  if (into === from) return into;
  let result: Value[] | undefined;
  for (let i = 0; i < SLOTS; i++) {
    const value = meet(into[i], from[i], coarse);
    if (value !== into[i]) (result ??= into.slice())[i] = value;
  }
  return result ?? into;
}

function meet(a: Value, b: Value, coarse: boolean): Value {
  const value = join(a, b);
  if (value === a || !coarse) return value;
  return value.cls === 'scalar' ? SCALAR : UNKNOWN;
}

/** The slot of an offset from R10, or -1 where it is outside of the frame. */
export function slotOf(offset: number): number {
  const slot = SLOTS + Math.floor(offset / 8);
  return slot >= 0 && slot < SLOTS ? slot : -1;
}

/**
 * The stack with the slots that `size` bytes at `offset` touch holding `value`, or a number where it is not
 * one slot. Which number is not kept: helpers may write it.
 */
export function writeSlots(stack: readonly Value[], offset: number, size: number, value: Value): readonly Value[] {
  const whole = size === 8 && offset % 8 === 0 && value.cls !== 'scalar' ? value : SCALAR;
  const result = stack.slice();
  for (let at = offset; at < offset + size; at += 8 - (((at % 8) + 8) % 8)) {
    const slot = slotOf(at);
    if (slot >= 0) result[slot] = whole;
  }
  return result;
}
