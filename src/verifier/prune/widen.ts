import { ID, PRECISE, TYPE } from '../domain/row.ts';
import { regRow, slotAt, spilledRow } from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { isSpilledScalar } from '../state/stack-slot.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { sameCallSites } from './call-sites.ts';
import { isSame } from './equal-rows.ts';
import type { ExploredState } from './explored.ts';
import { IdMap } from './ids.ts';
import { savedRow, savedSlot } from './saved-rows.ts';

const REGISTERS = 10;

/** The state that was saved when the path came to the instruction, with the same calls, the last time before `depth`. */
export function previousVisit({ state, table }: Walk, insn: number, depth: number): ExploredState | undefined {
  const list = table.at(insn, state.frame);
  for (let i = list.length - 1; i >= 0; i--) {
    const there = list[i];
    if (there.insn !== insn || there.branches === 0 || there.depth >= depth) continue;
    if (sameCallSites(there.saved.frames, state.frames)) return there;
  }
  return undefined;
}

/**
 * Numbers whose exact value nobody asked for yet, and that changed since the last time around, may be anything from now
 * on: so that the next time around is like this one.
 */
export function widen(walk: Walk, { saved }: ExploredState): void {
  const { w, state } = walk;
  ids.reset();
  for (let frame = 0; frame < state.frames.length; frame++) {
    for (let register = 0; register < REGISTERS; register++) {
      widenRow(w, regRow(frame, register), saved.words, savedRow(saved, frame, register));
    }
    const slots = Math.min(state.slots[frame], saved.slots[frame]);
    for (let slot = 0; slot < slots; slot++) {
      const [now, then] = [slotAt(frame, slot), savedSlot(saved, frame, slot)];
      if (!isSpilledScalar(w, now) || !isSpilledScalar(saved.words, then)) continue;
      widenRow(w, spilledRow(now), saved.words, spilledRow(then));
    }
  }
}

const ids = new IdMap();

function widenRow(w: Int32Array, row: number, words: Int32Array, old: number): void {
  if (words[old + TYPE] !== SCALAR_VALUE || w[row + TYPE] !== SCALAR_VALUE) return;
  if (words[old + PRECISE] || w[row + PRECISE]) return;
  if (isSame(words, old, w, row) && ids.match(words[old + ID], w[row + ID])) return;
  setUnknown(w, row);
}
