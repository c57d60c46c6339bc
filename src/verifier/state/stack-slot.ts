import { TYPE } from '../domain/row.ts';
import { STACK_INVALID, STACK_MISC, STACK_SPILL, slotByte, spilledRow } from './frame.ts';
import { SCALAR_VALUE } from './reg-type.ts';

/** Whether a register was spilled there: the byte next to the frame pointer tells. */
export function isSpilled(w: Int32Array, slot: number): boolean {
  return w[slot + 1] >>> 24 === STACK_SPILL;
}

export function isSpilledScalar(w: Int32Array, slot: number): boolean {
  return isSpilled(w, slot) && w[spilledRow(slot) + TYPE] === SCALAR_VALUE;
}

/** Whether all eight bytes of a spilled scalar are its. */
export function isWholeScalar(w: Int32Array, slot: number): boolean {
  return w[slot] === ALL_SPILL && w[slot + 1] === ALL_SPILL && w[spilledRow(slot) + TYPE] === SCALAR_VALUE;
}

const ALL_SPILL = STACK_SPILL * 0x0101_0101;
const ALL_MISC = STACK_MISC * 0x0101_0101;

/** Whether all bytes hold something of which nothing is known. @param uninitialised those never written count too */
export function isMisc(w: Int32Array, slot: number, uninitialised: boolean): boolean {
  if (w[slot] === ALL_MISC && w[slot + 1] === ALL_MISC) return true;
  if (!uninitialised) return false;
  for (let byte = 0; byte < 8; byte++) {
    const what = slotByte(w, slot, byte);
    if (what !== STACK_MISC && what !== STACK_INVALID) return false;
  }
  return true;
}
