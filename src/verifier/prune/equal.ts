import { AUX, AUX2, AUX3, FRAME, PRECISE, REF, ROW, SUBREG, TYPE } from '../domain/row.ts';
import {
  REGS_WORDS,
  regRow,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_IRQ_FLAG,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  slotAt,
  slotByte,
  spilledRow,
} from '../state/frame.ts';
import { isMisc, isWholeScalar } from '../state/stack-slot.ts';
import type { SavedState, Shared, State } from '../state/state.ts';
import { setUnknown } from '../walk/set-row.ts';
import { type Closeness, RowComparison } from './equal-rows.ts';
import type { ExploredState } from './explored.ts';
import { IdMap } from './ids.ts';
import { savedRow, savedSlot } from './saved-rows.ts';

const REGISTERS = 11;
/** Where two states differed: the frame, and a register or a slot of its stack. */
const PLACES = 128;
const SLOTS = 16;

/** A row of which nothing is known: what eight bytes of a stack hold that are no number spilled. */
const UNKNOWN = new Int32Array(ROW);
setUnknown(UNKNOWN, 0);

/** Compares states walked before with the one that is walked now. */
export class StateComparison {
  readonly #live: Uint16Array;
  readonly #uninitialised: boolean;
  readonly #ids = new IdMap();
  readonly #rows: RowComparison;
  readonly #unknown: RowComparison;

  /** @param program `live`: by instruction, the registers that are still read, a bit each; `uninitialised`: what was never written to a stack may be read */
  constructor({ live, uninitialised }: { readonly live: Uint16Array; readonly uninitialised: boolean }) {
    this.#live = live;
    this.#uninitialised = uninitialised;
    this.#rows = new RowComparison(this.#ids, UNKNOWN, UNKNOWN);
    this.#unknown = new RowComparison(this.#ids, UNKNOWN, UNKNOWN);
  }

  /** Whether all paths from the state now were walked when the old one was gone on from. */
  covers(explored: ExploredState, state: State, closeness: Closeness): boolean {
    const old = explored.saved;
    if (!sameFrames(old, state)) return false;
    this.#rows.old = old.words;
    this.#rows.now = state.w;
    this.#rows.closeness = this.#unknown.closeness = closeness;
    // Where they differed the last time they are likely to differ again.
    if (explored.differs >= 0) {
      this.#ids.reset();
      if (!this.#coversPlace(old, state, explored.differs)) return false;
    }
    this.#ids.reset();
    if (!this.#sameShared(old.shared, state.shared)) return false;
    const last = old.frames.length - 1;
    for (let frame = 0; frame <= last; frame++) {
      const at = frame === last ? explored.insn : old.frames[frame + 1].callSite;
      const place = this.#differingPlace(old, state, { frame, live: this.#live[at] });
      if (place < 0) continue;
      explored.differs = frame * PLACES + place;
      return false;
    }
    return true;
  }

  #sameShared(old: Shared, now: Shared): boolean {
    const ids = this.#ids;
    if (!ids.match(old.irqId, now.irqId) || !ids.match(old.lockId, now.lockId)) return false;
    for (let i = 0; i < old.refs.length; i++) {
      const [ref, other] = [old.refs[i], now.refs[i]];
      if (!ids.match(ref.id, other.id) || ref.kind !== other.kind) return false;
      if (ref.kind !== 'pointer' && ref.ptr !== other.ptr) return false;
    }
    return true;
  }

  /** @returns the first register or slot that is not covered; -1 where all are */
  #differingPlace(old: SavedState, state: State, { frame, live }: { frame: number; live: number }): number {
    for (let register = 0; register < REGISTERS; register++) {
      if (!(live & (1 << register))) continue;
      if (!this.#rows.covers(savedRow(old, frame, register), regRow(frame, register))) return register;
    }
    for (let slot = 0; slot < old.slots[frame]; slot++)
      if (!this.#coversSlot(old, state, { frame, slot })) return SLOTS + slot;
    return -1;
  }

  #coversPlace(old: SavedState, state: State, differs: number): boolean {
    const frame = Math.trunc(differs / PLACES);
    const place = differs % PLACES;
    if (place >= SLOTS) {
      return place - SLOTS >= old.slots[frame] || this.#coversSlot(old, state, { frame, slot: place - SLOTS });
    }
    return this.#rows.covers(savedRow(old, frame, place), regRow(frame, place));
  }

  #coversSlot(old: SavedState, state: State, { frame, slot }: { frame: number; slot: number }): boolean {
    const { closeness } = this.#rows;
    const { words } = old;
    const o = savedSlot(old, frame, slot);
    const n = slotAt(frame, slot);
    const { w } = state;
    if (slot >= state.slots[frame]) return this.#coversNothing(words, o);
    const same = words[o] === w[n] && words[o + 1] === w[n + 1];
    if (closeness !== 'covered') return same && this.#coversHeld(o, n);
    // Where nothing was written, or is read any more, nothing needs to be covered.
    if (words[o] === 0 && words[o + 1] === 0) return true;
    return this.#coversWritten(o, n);
  }

  /** The stack is not as deep now: there is nothing to read. */
  #coversNothing(words: Int32Array, o: number): boolean {
    if (this.#rows.closeness !== 'covered') return false;
    for (let byte = 0; byte < 8; byte++) {
      const what = slotByte(words, o, byte);
      if (what !== STACK_INVALID && !(this.#uninitialised && what === STACK_MISC)) return false;
    }
    return true;
  }

  #coversWritten(o: number, n: number): boolean {
    const { old, now } = this.#rows;
    const uninitialised = this.#uninitialised;
    if (isWholeScalar(old, o) && isWholeScalar(now, n)) return this.#rows.covers(spilledRow(o), spilledRow(n));
    const then = isMisc(old, o, uninitialised);
    // Bytes of which nothing is known, and that may be anything, cover everything.
    if (then && uninitialised) return true;
    if ((then || isWholeScalar(old, o)) && (isMisc(now, n, uninitialised) || isWholeScalar(now, n))) {
      return this.#coversUnknown(o, n, then);
    }
    for (let byte = 0; byte < 8; byte++) {
      const [before, after] = [slotByte(old, o, byte), slotByte(now, n, byte)];
      if (before === STACK_INVALID || (before === STACK_MISC && (uninitialised || after === STACK_ZERO))) continue;
      if (before !== after) return false;
    }
    return this.#coversHeld(o, n);
  }

  /** A number that fills a slot may stand against eight bytes of which nothing is known. @param then the old slot has such */
  #coversUnknown(o: number, n: number, then: boolean): boolean {
    const unknown = this.#unknown;
    const after = isWholeScalar(this.#rows.now, n);
    unknown.old = then ? UNKNOWN : this.#rows.old;
    unknown.now = after ? this.#rows.now : UNKNOWN;
    return unknown.covers(then ? 0 : spilledRow(o), after ? spilledRow(n) : 0);
  }

  /** What the byte next to the frame pointer says of the slot: whether the same is held there. */
  #coversHeld(o: number, n: number): boolean {
    const { old, now } = this.#rows;
    const ids = this.#ids;
    const what = slotByte(old, o, 7);
    if (slotByte(now, n, 7) !== what) return true;
    const [i, k] = [spilledRow(o), spilledRow(n)];
    switch (what) {
      case STACK_SPILL:
        return this.#rows.covers(i, k);
      case STACK_DYNPTR:
        return (
          old[i + TYPE] === now[k + TYPE] &&
          old[i + AUX] === now[k + AUX] &&
          old[i + AUX3] === now[k + AUX3] &&
          ids.match(old[i + REF], now[k + REF])
        );
      case STACK_ITER:
        // How often it went on does not matter.
        return (
          old[i + AUX] === now[k + AUX] && old[i + AUX2] === now[k + AUX2] && ids.match(old[i + REF], now[k + REF])
        );
      case STACK_IRQ_FLAG:
        return old[i + AUX] === now[k + AUX] && ids.match(old[i + REF], now[k + REF]);
      default:
        return true;
    }
  }
}

/** Whether the states stand in the same functions, called alike, and hold as many things. */
function sameFrames({ frames: then, shared: old }: SavedState, { frames: now, shared }: State): boolean {
  if (then.length !== now.length) return false;
  if (old.speculative && !shared.speculative) return false;
  if (old.sleepable !== shared.sleepable || old.refs.length !== shared.refs.length) return false;
  if (old.locks !== shared.locks || old.rcuLocks !== shared.rcuLocks || old.lockPtr !== shared.lockPtr) return false;
  if (old.preemptLocks !== shared.preemptLocks) return false;
  if (then === now) return true;
  for (let i = 0; i < now.length; i++) {
    const [one, other] = [then[i], now[i]];
    if (one === other) continue;
    if (one.callSite !== other.callSite || one.subprogram !== other.subprogram) return false;
    if (one.callback !== other.callback || one.callbackDepth > other.callbackDepth) return false;
  }
  return true;
}

/** Whether the registers of the frame that runs are the same in all respects: the walk may go around in a circle. */
export function mayLoop(explored: ExploredState, state: State): boolean {
  const { words, frames, bases } = explored.saved;
  const frame = state.current;
  if (frames.length - 1 !== frame) return false;
  const { w } = state;
  const now = regRow(frame, 0);
  const then = bases[frame];
  const { moved } = explored;
  if (words[then + moved] !== w[now + moved]) return false;
  for (let at = 0; at < REGS_WORDS; at++) {
    if (words[then + at] === w[now + at] || IS_MARK[at % ROW]) continue;
    explored.moved = at;
    return false;
  }
  return true;
}

/** Words of a row that say how it came to be, not what it holds. */
const IS_MARK = Array.from({ length: ROW }, (_, at) => at === FRAME || at === PRECISE || at === SUBREG);
