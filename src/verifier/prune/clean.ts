import { ROW } from '../domain/row.ts';
import { SLOT } from '../state/frame.ts';
import type { Walk } from '../walk/walk.ts';
import { sameCallSites } from './call-sites.ts';
import type { ExploredState } from './explored.ts';
import { savedRow, savedSlot } from './saved-rows.ts';

const REGISTERS = 10;

/** Takes out of states all paths from which were walked what nothing of these paths reads. */
export function cleanStates(walk: Walk, list: readonly ExploredState[]): void {
  for (const state of list) {
    if (state.branches > 0 || state.cleaned || state.insn !== walk.insn) continue;
    if (!sameCallSites(state.saved.frames, walk.state.frames) || walk.loops.isOpen(state)) continue;
    clean(walk, state);
  }
}

function clean({ program, stackLiveness }: Walk, state: ExploredState): void {
  const { saved, insn } = state;
  const { words, frames } = saved;
  state.cleaned = true;
  const uses = stackLiveness.usesOf(frames);
  for (let frame = 0; frame < frames.length; frame++) {
    const live = program.live[frame === frames.length - 1 ? insn : frames[frame + 1].callSite];
    for (let register = 0; register < REGISTERS; register++) {
      if (live & (1 << register)) continue;
      const row = savedRow(saved, frame, register);
      words.fill(0, row, row + ROW);
    }
    for (let slot = 0; slot < saved.slots[frame]; slot++) {
      if (stackLiveness.isLive(uses, insn, { frame, slot })) continue;
      const at = savedSlot(saved, frame, slot);
      words.fill(0, at, at + SLOT);
    }
  }
}
