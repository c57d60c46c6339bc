import { bpf_prog_flags } from '../../uapi/index.ts';
import { AUX2, AUX3, FRAME, OFF, PRECISE, VALUE } from '../domain/row.ts';
import { traceLoop } from '../log/loops.ts';
import { bothStates } from '../log/state.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { STACK_ITER, slotAt, slotIndex, spilledRow } from '../state/frame.ts';
import { ITER_ACTIVE } from '../state/iterator.ts';
import type { Walk } from '../walk/walk.ts';
import { cleanStates } from './clean.ts';
import { mayLoop } from './equal.ts';
import type { Closeness } from './equal-rows.ts';
import type { ExploredState } from './explored.ts';
import { History } from './history.ts';
import { pathEnd } from './precision.ts';
import { closeLoop, propagatePrecision } from './propagate.ts';
import { haveSameNumbers } from './same-numbers.ts';
import { savedSlot } from './saved-rows.ts';

/** Entries of history after which a state is saved whatever else is so. */
const LONG_HISTORY = 40;

/** Compares the state with those that were gone on from here before. @returns 'safe' where one of them stands for it */
export function visitState(walk: Walk): Refusal | 'safe' | undefined {
  const { insn, table, processed, jumps } = walk;
  const { flow, options } = walk.program;
  const force =
    (options.flags & bpf_prog_flags.BPF_F_TEST_STATE_FREQ) !== 0 ||
    flow.force[insn] === 1 ||
    walk.history.count > LONG_HISTORY;
  const since = { jumps: jumps - walk.savedAt.jumps, insns: processed - walk.savedAt.processed };
  const visit: Visit = { force, save: force || (since.jumps >= 2 && since.insns >= 8) };
  const list = table.at(insn, walk.state.frame);
  cleanStates(walk, list);
  const states = list.length;
  for (let i = list.length - 1; i >= 0; i--) {
    const state = list[i];
    if (state.insn !== insn) continue;
    const found = state.branches > 0 ? compareOpen(walk, state, visit) : compareDone(walk, state);
    if (typeof found === 'object') return found;
    if (found !== undefined) return hit(walk, state, found);
    if (visit.save) state.misses++;
    const patience = flow.force[insn] && state.branches > 0 ? 64 : 3;
    if (state.misses > state.hits * patience + patience) {
      table.remove(list, i);
    }
  }
  table.most = Math.max(table.most, states);
  if (visit.save) save(walk, list);
  return undefined;
}

interface Visit {
  readonly force: boolean;
  /** Whether this state is worth to be kept. */
  save: boolean;
}

/** How a state was found to stand for the one now: for good, or as long as the loop is not walked to the end. */
type Found = 'covered' | 'loops';

/** The paths from the state are still walked: the one now is one of them. */
function compareOpen(walk: Walk, old: ExploredState, visit: Visit): Refusal | Found | undefined {
  const { state, insn, jumps, processed } = walk;
  const { flow } = walk.program;
  const frame = state.current;
  const then = old.saved.frames[frame];
  const otherEntry = then?.callback === 'async' && then.asyncEntry !== state.frame.asyncEntry;
  if (!otherEntry) {
    if (flow.iteratorNext[insn]) {
      if (isCloseTo(walk, old, 'range') && isIteratorActive(walk)) return 'loops';
    } else if (
      flow.mayGoto[insn] &&
      old.saved.shared.mayGotoDepth !== state.shared.mayGotoDepth &&
      isCloseTo(walk, old, 'range')
    ) {
      return 'loops';
    } else if (flow.callsCallback[insn]) {
      if (isCloseTo(walk, old, 'range')) return 'loops';
    } else if (mayLoop(old, state) && isCloseTo(walk, old, 'exact') && !hasMovedOn(walk, old)) {
      return invalid(`infinite loop detected at insn ${insn}\n${bothStates(walk, old.saved)}`, insn);
    }
  }
  const { savedAt } = walk;
  if (!visit.force && jumps - savedAt.jumps < 20 && processed - savedAt.processed < 100) visit.save = false;
  return undefined;
}

function isCloseTo(walk: Walk, old: ExploredState, closeness: Closeness): boolean {
  if (!walk.comparison.covers(old, walk.state, closeness)) return false;
  if (!walk.speculation?.exploresLimits) return true;
  return haveSameNumbers(old.saved, walk.state, walk.program.live[walk.insn]);
}

/** Whether the path went on in a way that ends: an iterator, a callback or `may_goto` counts. */
function hasMovedOn({ state }: Walk, { saved }: ExploredState): boolean {
  if (saved.shared.mayGotoDepth !== state.shared.mayGotoDepth) return true;
  if (saved.shared.callbackUnrollDepth !== state.shared.callbackUnrollDepth) return true;
  const { w } = state;
  for (let frame = 0; frame < state.frames.length; frame++) {
    for (let slot = 0; slot < saved.slots[frame]; slot++) {
      const [then, now] = [savedSlot(saved, frame, slot), slotAt(frame, slot)];
      if (saved.words[then + 1] >>> 24 !== STACK_ITER) continue;
      if (saved.words[spilledRow(then) + AUX2] !== ITER_ACTIVE) continue;
      if (saved.words[spilledRow(then) + AUX3] !== w[spilledRow(now) + AUX3]) return true;
    }
  }
  return false;
}

/** Whether the iterator that R1 points to has more to give. */
function isIteratorActive(walk: Walk): boolean {
  const { w } = walk;
  const row = walk.reg(1);
  const slot = slotAt(w[row + FRAME], slotIndex(w[row + OFF] + w[row + VALUE]));
  return w[spilledRow(slot) + AUX2] === ITER_ACTIVE;
}

/** All paths from the state were walked. */
function compareDone(walk: Walk, old: ExploredState): Found | undefined {
  const open = walk.loops.isOpen(old);
  const closeness = open || walk.options.observer?.exact ? 'range' : 'covered';
  if (!isCloseTo(walk, old, closeness)) return undefined;
  return open ? 'loops' : 'covered';
}

function hit(walk: Walk, old: ExploredState, found: Found): 'safe' {
  old.hits++;
  if (walk.program.flow.jump[walk.insn]) walk.note(0);
  const end = pathEnd(walk);
  propagatePrecision(walk, old, end);
  if (found === 'loops') {
    const visit = walk.loops.find(walk.state.frames, walk.insn);
    if (visit) {
      traceLoop(walk, 'backedge', visit.name);
      visit.backedges.push({ covering: old, end });
      walk.table.keep();
    }
  }
  return 'safe';
}

/** Keeps the state, to stand for others that come here. */
function save(walk: Walk, list: ExploredState[]): void {
  const { state, insn, table } = walk;
  forgetPrecision(walk);
  const explored: ExploredState = {
    saved: state.save(),
    insn,
    parent: walk.parent,
    history: walk.history,
    last: walk.previous,
    first: walk.first,
    depth: walk.parent ? walk.parent.depth + 1 : 0,
    branches: 1,
    hits: 0,
    misses: 0,
    removed: false,
    differs: -1,
    moved: 0,
    cleaned: false,
  };
  table.add(list, explored);
  const entered = walk.loops.enter(explored);
  if (entered) traceLoop(walk, 'enter', entered.name);
  walk.parent = explored;
  walk.history = new History();
  walk.first = insn;
  walk.savedAt = { jumps: walk.jumps, processed: walk.processed };
}

/** What was wanted of the numbers until here was marked in the states before. */
function forgetPrecision({ state, w, program }: Walk): void {
  const precise = program.privileges.bpfCapable ? 0 : 1;
  state.forEachRow((row) => {
    w[row + PRECISE] = precise;
  });
}

/** A path from the state saved last ended. */
export function endPath(walk: Walk): void {
  for (let state = walk.parent; state; state = state.parent) {
    if (--state.branches > 0) return;
    const visit = walk.loops.find(state.saved.frames, state.insn);
    if (visit?.entry === state) {
      traceLoop(walk, 'exit', visit.name);
      walk.table.alive -= visit.backedges.length;
      closeLoop(walk, visit);
    }
    walk.table.finish(state);
  }
}
