import {
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_IRQ_FLAG,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  setSlotByte,
  slotByte,
} from '../state/frame.ts';

/** Whether the slot holds a row: its lowest byte was spilled. */
export function isSpilled(w: Int32Array, slot: number): boolean {
  return w[slot + 1] >>> 24 === STACK_SPILL;
}

/** Whether anything but bytes is in the slot. */
function isSpecial(w: Int32Array, slot: number): boolean {
  const what = w[slot + 1] >>> 24;
  return what === STACK_SPILL || what === STACK_DYNPTR || what === STACK_ITER || what === STACK_IRQ_FLAG;
}

/** What was spilled to the slot, or made there, is nothing but bytes from now on. */
export function scrubSlot(w: Int32Array, slot: number): void {
  if (!isSpecial(w, slot)) return;
  for (let byte = 0; byte < 8; byte++) {
    if (slotByte(w, slot, byte) !== STACK_INVALID) setSlotByte(w, slot, byte, STACK_MISC);
  }
}
