import { ROW } from '../domain/row.ts';
import { REGS_WORDS, SLOT } from '../state/frame.ts';
import type { SavedState } from '../state/state.ts';

/** Row of a register in a saved state. */
export function savedRow({ bases }: SavedState, frame: number, register: number): number {
  return bases[frame] + register * ROW;
}

/** A slot of a stack in a saved state; it has to be there. */
export function savedSlot({ bases }: SavedState, frame: number, slot: number): number {
  return bases[frame] + REGS_WORDS + slot * SLOT;
}
