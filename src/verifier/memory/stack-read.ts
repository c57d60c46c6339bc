import { fitsIn, isZero } from '../domain/narrow.ts';
import { copyRow, OFF, TYPE } from '../domain/row.ts';
import { pairText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import {
  STACK_INVALID,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  slotAt,
  slotByte,
  slotIndex,
  spilledRow,
} from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { forgetId } from '../walk/linked.ts';
import { setKnown, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { locateOnStack, type StackRange } from './stack-bounds.ts';
import { noteStackAccess } from './stack-history.ts';
import { checkInitialised } from './stack-initialised.ts';
import { isSpilled } from './stack-slots.ts';

/** A load from a stack: what was spilled there comes back, or bytes. */
export function readStack(walk: Walk, access: Access): Refusal | undefined {
  const { register, into } = access;
  const range = locateOnStack(walk, access);
  if ('errno' in range) return range;
  if (!range.variable) return readAt(walk, access, range);
  const { w } = walk;
  if (into === undefined) {
    const row = walk.reg(register);
    const where = `var_off=${pairText(w, row)} off=${w[row + OFF] + access.off} size=${access.size}`;
    return walk.denied(`variable offset stack pointer cannot be passed into helper function; ${where}`);
  }
  const refusal = checkInitialised(walk, { ...access, write: false, zeroAllowed: false });
  if (refusal) return refusal;
  loadBytes(walk, range, into);
  return undefined;
}

function readAt(walk: Walk, access: Access, range: StackRange): Refusal | undefined {
  const { w } = walk;
  const { into } = access;
  const index = slotIndex(range.min);
  const slot = slotAt(range.frame, index);
  walk.readSlot(range.frame, index);
  if (!isSpilled(w, slot)) {
    const missing = checkEachByte(walk, range, slot);
    if (missing) return missing;
    if (into !== undefined) loadBytes(walk, range, into);
    return undefined;
  }
  const from = spilledRow(slot);
  const spilled = spilledBytes(w, slot);
  if (range.size === 8 && spilled === 8) {
    if (into !== undefined) {
      copyRow(w, walk.reg(into), w, from);
      noteStackAccess(walk, range.frame, index);
    } else if (w[from + TYPE] !== SCALAR_VALUE && !walk.program.privileges.allowPtrLeaks) {
      return walk.denied(`leaking pointer from stack off ${range.min}`);
    }
    return undefined;
  }
  if (w[from + TYPE] !== SCALAR_VALUE) return walk.denied('invalid size of register fill');
  if (into === undefined) return undefined;
  return fillNarrow(walk, { range, slot, spilled, into });
}

interface NarrowFill {
  readonly range: StackRange;
  readonly slot: number;
  /** Bytes of the slot that were spilled. */
  readonly spilled: number;
  readonly into: number;
}

/** A load of part of a slot that holds a number. */
function fillNarrow(walk: Walk, { range, slot, spilled, into }: NarrowFill): Refusal | undefined {
  const { w } = walk;
  const { size, min, frame } = range;
  const from = spilledRow(slot);
  const to = walk.reg(into);
  // Before, the number was known where it came back whole.
  const known = size === spilled || walk.program.switches.narrow_fills;
  if (size <= spilled && known && (min & 7) === 0) {
    const fits = fitsIn(w, from, size);
    copyRow(w, to, w, from);
    // What is cut off makes another number of it.
    if (!fits) forgetId(w, to);
    noteStackAccess(walk, frame, slotIndex(min));
    return undefined;
  }
  const missing = checkEachByte(walk, range, slot);
  if (missing) return missing;
  if (countBytes(w, { slot, range, what: STACK_SPILL }) === size && isZero(w, from)) {
    setKnown(w, to, { low: 0, high: 0 });
    noteStackAccess(walk, frame, slotIndex(min));
  } else if (countBytes(w, { slot, range, what: STACK_ZERO }) === size) setKnown(w, to, { low: 0, high: 0 });
  else setUnknown(w, to);
  return undefined;
}

/** Bytes that were spilled, from the lowest on. */
function spilledBytes(w: Int32Array, slot: number): number {
  let count = 1;
  while (count < 8 && slotByte(w, slot, 7 - count) === STACK_SPILL) count++;
  return count;
}

function countBytes(w: Int32Array, { slot, range, what }: { slot: number; range: StackRange; what: number }): number {
  let count = 0;
  for (let i = 0; i < range.size; i++) if (slotByte(w, slot, (-range.min - 1 - i) & 7) === what) count++;
  return count;
}

/** Whether each byte was written, or may be read all the same. */
function checkEachByte(walk: Walk, { min, size }: StackRange, slot: number): Refusal | undefined {
  for (let i = 0; i < size; i++) {
    const what = slotByte(walk.w, slot, (-min - 1 - i) & 7);
    if (what === STACK_MISC || what === STACK_ZERO || what === STACK_SPILL) continue;
    if (what === STACK_INVALID && walk.program.privileges.allowUninitStack) continue;
    return walk.denied(`invalid read from stack off ${min}+${i} size ${size}`);
  }
  return undefined;
}

/** Bytes that are all 0 are 0, all others a number of which nothing is known. */
function loadBytes(walk: Walk, { frame, min, max, size }: StackRange, into: number): void {
  const { w } = walk;
  let zero = true;
  for (let off = min; off < max + size && zero; off++) {
    zero = slotByte(w, slotAt(frame, slotIndex(off)), (-off - 1) & 7) === STACK_ZERO;
  }
  const row = walk.reg(into);
  if (zero) setKnown(w, row, { low: 0, high: 0 });
  else setUnknown(w, row);
}
