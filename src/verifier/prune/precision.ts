import { invariant } from '../../base/index.ts';
import { PRECISE, TYPE } from '../domain/row.ts';
import { wayBackLog } from '../log/precision.ts';
import { spilledRow } from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { isSpilled } from '../state/stack-slot.ts';
import type { Walk } from '../walk/walk.ts';
import type { ExploredState } from './explored.ts';
import type { PathEnd } from './path-end.ts';
import { savedRow, savedSlot } from './saved-rows.ts';
import { type BackStep, stepBack } from './step-back.ts';
import { Wanted } from './wanted.ts';

const REGISTERS = 10;

const wanted = new Wanted();

/** The register's exact number decided something: states that stand for this one have to have it, too. */
export function markPrecise(walk: Walk, register: number): void {
  if (walk.w[walk.reg(register) + TYPE] !== SCALAR_VALUE) return;
  wanted.begin(walk.state.current);
  wanted.add(register);
  goBack(walk, pathEnd(walk), wanted);
}

/** The same of a number in a slot of a stack. */
export function markSlotPrecise(walk: Walk, frame: number, slot: number): void {
  wanted.begin(walk.state.current);
  wanted.addSlot(frame, slot);
  goBack(walk, pathEnd(walk), wanted);
}

export function pathEnd({ parent, history, first, insn, state }: Walk): PathEnd {
  return { parent, history, first, insn, frame: state.current };
}

/**
 * Goes back along a path and marks in the states saved on it which numbers are wanted, until each comes from a constant or
 * from where nothing is known.
 * @returns whether a mark was new
 */
export function goBack(walk: Walk, end: PathEnd, wanted: Wanted): boolean {
  const { insns, flow } = walk.program;
  const isGlobalCall = (insn: number) => walk.isGlobalCall(insn);
  const log = wayBackLog(walk);
  const step: BackStep = { insns, flow, isGlobalCall, insn: end.insn, after: -1, history: end.history, end: 0, log };
  let { parent, first } = end;
  let changed = false;
  let skip = true;
  while (!wanted.isEmpty) {
    log?.segment({ frame: wanted.frame, last: step.insn, first, after: step.after });
    const left = walkBack(step, { first, skip }, wanted);
    if (left === 'lost') return markAll(end.parent) || changed;
    if (left === 'done') return changed;
    skip = false;
    if (!parent) break;
    changed = markSaved(parent, wanted) || changed;
    log?.state(parent, wanted);
    if (wanted.isEmpty) return changed;
    step.after = first;
    step.insn = parent.last;
    step.history = parent.history;
    ({ first, parent } = parent);
  }
  if (!wanted.isEmpty) return markAll(end.parent) || changed;
  return changed;
}

interface Segment {
  /** The instruction that the part began with. */
  readonly first: number;
  /** The instruction that the way back begins at was not walked. */
  readonly skip: boolean;
}

/** One part of a path, from a state that was saved to the next. @returns 'begins' at the instruction that it began with */
function walkBack(step: BackStep, { first, skip }: Segment, wanted: Wanted): 'begins' | 'lost' | 'done' {
  const { history, insns } = step;
  let { end } = history;
  // The entry of the function: what is wanted of its arguments was marked.
  if (step.insn < 0) return 'done';
  for (let i = step.insn, walked = !skip; ; walked = true) {
    const noted = end > 0 && history.insn(end) === i;
    if (walked) {
      step.insn = i;
      step.end = noted ? end : 0;
      if (!stepBack(step, wanted)) return 'lost';
      if (wanted.isEmpty) return 'done';
    }
    step.after = i;
    if (i === first && (end === 0 || (noted && history.before(end) === 0))) return 'begins';
    if (noted) {
      i = history.previous(end);
      end = history.before(end);
    } else i--;
    if (i < 0) return 'lost';
    invariant(i < insns.length, 'the way back stays in the program');
  }
}

/** Marks what is wanted in a saved state; what was marked before, or is no number, is wanted no more. */
function markSaved({ saved }: ExploredState, wanted: Wanted): boolean {
  const { words } = saved;
  let changed = false;
  for (let frame = 0; frame <= wanted.frame; frame++) {
    for (let register = 0; register < REGISTERS; register++) {
      if (!(wanted.registers(frame) & (1 << register))) continue;
      if (markRow(words, savedRow(saved, frame, register))) changed = true;
      else wanted.remove(register, frame);
    }
    if (!wanted.hasSlots(frame)) continue;
    for (let slot = 0; slot < 64; slot++) {
      if (!wanted.hasSlot(frame, slot)) continue;
      const at = slot < saved.slots[frame] ? savedSlot(saved, frame, slot) : undefined;
      if (at !== undefined && isSpilled(words, at) && markRow(words, spilledRow(at))) changed = true;
      else wanted.removeSlot(frame, slot);
    }
  }
  return changed;
}

/** @returns whether the mark is new */
function markRow(words: Int32Array, row: number): boolean {
  if (words[row + TYPE] !== SCALAR_VALUE || words[row + PRECISE] !== 0) return false;
  words[row + PRECISE] = 1;
  return true;
}

/** All numbers of all states saved on a path are wanted. */
export function markAll(parent: ExploredState | undefined): boolean {
  let changed = false;
  for (let state = parent; state; state = state.parent) {
    const { saved } = state;
    for (let frame = 0; frame < saved.frames.length; frame++) {
      for (let register = 0; register < REGISTERS; register++) {
        changed = markRow(saved.words, savedRow(saved, frame, register)) || changed;
      }
      for (let slot = 0; slot < saved.slots[frame]; slot++) {
        const at = savedSlot(saved, frame, slot);
        if (isSpilled(saved.words, at)) changed = markRow(saved.words, spilledRow(at)) || changed;
      }
    }
  }
  return changed;
}
