import { TYPE } from '../domain/row.ts';
import { regRow, slotAt, spilledRow } from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { isSpilled } from '../state/stack-slot.ts';
import type { SavedState, State } from '../state/state.ts';
import { isSame } from './equal-rows.ts';
import { savedRow, savedSlot } from './saved-rows.ts';

const REGISTERS = 11;

/**
 * Whether all numbers are known equally well in two states of the same frames. While limits of masks are looked for, a
 * wider range does not stand for a narrower one: it may have another limit.
 */
export function haveSameNumbers(old: SavedState, state: State, live: number): boolean {
  const last = state.current;
  for (let frame = 0; frame <= last; frame++) {
    for (let register = 0; register < REGISTERS; register++) {
      if (frame === last && !(live & (1 << register))) continue;
      if (!isSameNumber(old.words, savedRow(old, frame, register), state.w, regRow(frame, register))) return false;
    }
    const slots = Math.min(old.slots[frame], state.slots[frame]);
    for (let slot = 0; slot < slots; slot++) {
      const [then, now] = [savedSlot(old, frame, slot), slotAt(frame, slot)];
      if (!isSpilled(old.words, then) || !isSpilled(state.w, now)) continue;
      if (!isSameNumber(old.words, spilledRow(then), state.w, spilledRow(now))) return false;
    }
  }
  return true;
}

function isSameNumber(old: Int32Array, o: number, w: Int32Array, n: number): boolean {
  return old[o + TYPE] !== SCALAR_VALUE || isSame(old, o, w, n);
}
