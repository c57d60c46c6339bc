import { errno } from '../../uapi/index.ts';
import { AUX, AUX2, AUX3, clearRow, ID, REF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { STACK_DYNPTR, STACK_INVALID, setSlotBytes, slotAt, slotByte, spilledRow } from '../state/frame.ts';
import { baseType, DYNPTR_TYPE_FILE, DYNPTR_TYPE_RINGBUF, PTR_TO_MEM } from '../state/reg-type.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';

/** A dynptr takes two slots: the first one is the lower in memory. */
const FIRST_IS_ABOVE = 1;

/** A store hits a slot: the dynptr there, and what was sliced from it, is gone. */
export function destroyDynptr(walk: Walk, frame: number, index: number): Refusal | undefined {
  const { w } = walk;
  if (slotByte(w, slotAt(frame, index), 7) !== STACK_DYNPTR) return undefined;
  const first = w[spilledRow(slotAt(frame, index)) + AUX3] === 1 ? index : index + FIRST_IS_ABOVE;
  const row = spilledRow(slotAt(frame, first));
  if (isCounted(w, row)) return walk.refused(errno.EINVAL, 'cannot overwrite referenced dynptr');
  const id = w[row + ID];
  for (const at of [first, first - 1]) {
    const slot = slotAt(frame, at);
    walk.writeSlot(frame, at);
    setSlotBytes(w, slot, STACK_INVALID);
    clearRow(w, spilledRow(slot));
  }
  forgetSlices(walk, id);
  return undefined;
}

/** The ring buffer's records and files have to be given back. */
function isCounted(w: Int32Array, row: number): boolean {
  return (w[row + AUX] & (DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_FILE)) !== 0 || w[row + REF] !== 0;
}

/** Pointers to data of a dynptr that is gone lead nowhere. */
export function forgetSlices(walk: Walk, id: number): void {
  const { w } = walk;
  if (id === 0) return;
  walk.state.forEachRow((row) => {
    if (baseType(w[row + TYPE]) !== PTR_TO_MEM || w[row + AUX2] !== id) return;
    if (walk.program.privileges.allowPtrLeaks) setUnknown(w, row);
    else clearRow(w, row);
  });
}
