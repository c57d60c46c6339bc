import { PRECISE, TYPE } from '../domain/row.ts';
import { tracePropagation } from '../log/precision.ts';
import { spilledRow } from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { isSpilledScalar } from '../state/stack-slot.ts';
import type { Walk } from '../walk/walk.ts';
import type { Backedge, LoopVisit } from './backedges.ts';
import type { ExploredState } from './explored.ts';
import type { PathEnd } from './path-end.ts';
import { goBack, markAll } from './precision.ts';
import { savedRow, savedSlot } from './saved-rows.ts';
import { Wanted } from './wanted.ts';

const REGISTERS = 10;
/** Rounds after which all numbers around a loop are taken as wanted. */
const MAX_ROUNDS = 64;

const wanted = new Wanted();

/**
 * A state stands for the end of a path: what is wanted of its numbers is wanted of those of the path.
 * @returns whether a mark was new
 */
export function propagatePrecision(walk: Walk, covering: ExploredState, end: PathEnd): boolean {
  const { saved, insn } = covering;
  const { live } = walk.program;
  wanted.begin(end.frame);
  for (let frame = 0; frame < saved.frames.length; frame++) {
    const at = frame === saved.frames.length - 1 ? insn : saved.frames[frame + 1].callSite;
    for (let register = 0; register < REGISTERS; register++) {
      if (live[at] & (1 << register) && isWanted(saved.words, savedRow(saved, frame, register))) {
        wanted.add(register, frame);
      }
    }
    for (let slot = 0; slot < saved.slots[frame]; slot++) {
      const place = savedSlot(saved, frame, slot);
      if (isSpilledScalar(saved.words, place) && isWanted(saved.words, spilledRow(place))) wanted.addSlot(frame, slot);
    }
  }
  tracePropagation(walk, wanted);
  return goBack(walk, end, wanted);
}

function isWanted(words: Int32Array, row: number): boolean {
  return words[row + TYPE] === SCALAR_VALUE && words[row + PRECISE] !== 0;
}

/** All paths around a loop were walked: what is wanted is carried along them, the newest first, until nothing new comes. */
export function closeLoop(walk: Walk, visit: LoopVisit): void {
  const backedges = visit.backedges.toReversed();
  visit.entry = undefined;
  visit.backedges = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!carry(walk, backedges)) return;
  }
  for (const { end } of backedges) markAll(end.parent);
}

function carry(walk: Walk, backedges: readonly Backedge[]): boolean {
  let changed = false;
  for (const { covering, end } of backedges) changed = propagatePrecision(walk, covering, end) || changed;
  return changed;
}
