import { isKnown } from '../domain/bounds.ts';
import { FRAME, OFF } from '../domain/row.ts';
import { pairText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import { MAX_SLOTS, slotIndex } from '../state/frame.ts';
import type { Walk } from '../walk/walk.ts';
import { leastAdded, MAX_VARIABLE_OFFSET, mostAdded } from './place.ts';

const STACK_BYTES = 8 * MAX_SLOTS;

/** Bytes of a stack that an access may touch: from the lowest start to the highest end. */
export interface StackRange {
  readonly frame: number;
  /** Lowest start, negative. */
  readonly min: number;
  /** Highest start; `min` where it is known. */
  readonly max: number;
  readonly size: number;
  /** The start is not known. */
  readonly variable: boolean;
}

export interface StackAccess {
  readonly register: number;
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
}

/** Where an access goes. Everything in the range belongs to the stack then, and has slots. */
export function locateOnStack(walk: Walk, { register, off, size, write }: StackAccess): Refusal | StackRange {
  const { w } = walk;
  const row = walk.reg(register);
  const frame = w[row + FRAME];
  const variable = !isKnown(w, row);
  const [least, most] = variable ? [leastAdded(w, row), mostAdded(w, row)] : [leastAdded(w, row), leastAdded(w, row)];
  const how = write ? 'write to' : 'read from';
  if (variable && (most >= MAX_VARIABLE_OFFSET || least <= -MAX_VARIABLE_OFFSET)) {
    return walk.denied(`invalid unbounded variable-offset ${how} stack R${register}`);
  }
  const fixed = w[row + OFF] + off;
  const range = { frame, min: fixed + least, max: fixed + most, size, variable };
  const inside = range.min >= -lowest(walk, frame, write) && range.min < 0;
  if (inside && range.max + size <= 0 && size >= 0) {
    growTo(walk, frame, range.min);
    return range;
  }
  const text = variable
    ? `invalid variable-offset ${how} stack R${register} var_off=${pairText(w, row)} off=${fixed} size=${size}`
    : `invalid ${how} stack R${register} off=${range.min} size=${size}`;
  if (!inside) return walk.denied(text);
  return walk.invalid(text);
}

/** How far down the stack may be accessed. Who may not see old bytes reads only where was written. */
function lowest(walk: Walk, frame: number, write: boolean): number {
  return write || walk.program.privileges.allowUninitStack ? STACK_BYTES : 8 * walk.state.slots[frame];
}

/** The slots down to the byte exist. */
function growTo(walk: Walk, frame: number, off: number): void {
  const index = slotIndex(off);
  walk.state.growStack(frame, index);
  walk.useStack(frame, -8 * (index + 1));
}
