import { isKnown } from '../domain/bounds.ts';
import { TYPE } from '../domain/row.ts';
import { pairText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import {
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_MISC,
  STACK_ZERO,
  setSlotByte,
  slotAt,
  slotByte,
  slotIndex,
  spilledRow,
} from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { locateOnStack, type StackRange } from './stack-bounds.ts';
import { isSpilled, scrubSlot } from './stack-slots.ts';

/** Bytes of a stack that somebody else reads, or writes. */
export interface StackBytes {
  readonly register: number;
  /** Bytes from the register's own offset. */
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
  readonly zeroAllowed: boolean;
  /** Written, and need not be initialised before. */
  readonly uninitialised?: boolean;
}

/** Whether every byte may be read; those that are written hold something unknown afterwards. */
export function checkInitialised(walk: Walk, bytes: StackBytes): Refusal | undefined {
  const { register, size, write, zeroAllowed } = bytes;
  if (size === 0 && !zeroAllowed) return walk.denied('invalid zero-sized read');
  const range = locateOnStack(walk, bytes);
  if ('errno' in range) return range;
  const { w } = walk;
  const row = walk.reg(register);
  if (range.variable && !walk.program.privileges.bypassSpecV1) {
    return walk.denied(`R${register} variable offset stack access prohibited for !root, var_off=${pairText(w, row)}`);
  }
  if (bytes.uninitialised && !range.variable) return checkNoDynptr(walk, range);
  for (let off = range.min; off < range.max + size; off++) {
    if (readByte(walk, { frame: range.frame, off, write })) {
      walk.readSlot(range.frame, slotIndex(off));
      continue;
    }
    const at = `+${off - range.min} size ${size}`;
    return walk.denied(
      isKnown(w, row)
        ? `invalid read from stack R${register} off ${range.min}${at}`
        : `invalid read from stack R${register} var_off ${pairText(w, row)}${at}`,
    );
  }
  return undefined;
}

/** What is not initialised before is not read, but a dynptr must not be written over. */
function checkNoDynptr(walk: Walk, { frame, min, max, size }: StackRange): Refusal | undefined {
  for (let off = min; off < max + size; off++) {
    if (slotByte(walk.w, slotAt(frame, slotIndex(off)), (-off - 1) & 7) !== STACK_DYNPTR) continue;
    return walk.denied(`potential write to dynptr at off=${off} disallowed`);
  }
  return undefined;
}

/** @returns whether the byte may be read */
function readByte(walk: Walk, { frame, off, write }: { frame: number; off: number; write: boolean }): boolean {
  const { w, program } = walk;
  const slot = slotAt(frame, slotIndex(off));
  const byte = (-off - 1) & 7;
  const what = slotByte(w, slot, byte);
  if (what === STACK_MISC) return true;
  if (what === STACK_ZERO || (what === STACK_INVALID && program.privileges.allowUninitStack)) {
    if (write) setSlotByte(w, slot, byte, STACK_MISC);
    return true;
  }
  const row = spilledRow(slot);
  if (!isSpilled(w, slot) || (w[row + TYPE] !== SCALAR_VALUE && !program.privileges.allowPtrLeaks)) return false;
  if (write) {
    setUnknown(w, row);
    scrubSlot(w, slot);
  }
  return true;
}
