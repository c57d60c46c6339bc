import { AUX, AUX2, AUX3, REF, ROW, TYPE } from '../domain/row.ts';
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
import { type Closeness, isRowCovered } from './equal-rows.ts';
import { IdMap } from './ids.ts';
import { savedRow, savedSlot } from './saved-rows.ts';

const REGISTERS = 11;

export interface Comparing {
  readonly closeness: Closeness;
  /** By instruction: the registers that are still read, a bit each. */
  readonly live: Uint16Array;
  readonly insn: number;
  /** What was never written to a stack may be read. */
  readonly uninitialised: boolean;
}

const ids = new IdMap();
/** A row of which nothing is known: what eight bytes of a stack hold that are no number spilled. */
const UNKNOWN = new Int32Array(ROW);
setUnknown(UNKNOWN, 0);

/** Whether all paths from the state now were walked when the old one was gone on from. */
export function isCovered(old: SavedState, state: State, comparing: Comparing): boolean {
  const { frames, shared } = state;
  if (old.frames.length !== frames.length) return false;
  if (old.shared.speculative && !shared.speculative) return false;
  if (old.shared.sleepable !== shared.sleepable) return false;
  ids.reset();
  if (!sameShared(old.shared, shared)) return false;
  for (let frame = 0; frame < frames.length; frame++) {
    const [then, now] = [old.frames[frame], frames[frame]];
    if (then.callSite !== now.callSite || then.subprogram !== now.subprogram) return false;
    if (then.callback !== now.callback || then.callbackDepth > now.callbackDepth) return false;
    const at = frame === frames.length - 1 ? comparing.insn : frames[frame + 1].callSite;
    if (!coversFrame(old, state, { ...comparing, frame, live: comparing.live, insn: at })) return false;
  }
  return true;
}

function sameShared(old: Shared, now: Shared): boolean {
  if (old.refs.length !== now.refs.length || old.locks !== now.locks || old.rcuLocks !== now.rcuLocks) return false;
  if (old.preemptLocks !== now.preemptLocks || !ids.match(old.irqId, now.irqId)) return false;
  if (!ids.match(old.lockId, now.lockId) || old.lockPtr !== now.lockPtr) return false;
  return old.refs.every((ref, i) => {
    const other = now.refs[i];
    return ids.match(ref.id, other.id) && ref.kind === other.kind && (ref.kind === 'pointer' || ref.ptr === other.ptr);
  });
}

interface ComparingFrame extends Comparing {
  readonly frame: number;
}

function coversFrame(old: SavedState, state: State, comparing: ComparingFrame): boolean {
  const { frame, live, insn, closeness } = comparing;
  const { w } = state;
  for (let register = 0; register < REGISTERS; register++) {
    if (!(live[insn] & (1 << register))) continue;
    const pair = { old: old.words, o: savedRow(old, frame, register), now: w, n: regRow(frame, register) };
    if (!isRowCovered(pair, ids, closeness)) return false;
  }
  return coversStack(old, state, comparing);
}

function coversStack(old: SavedState, state: State, comparing: ComparingFrame): boolean {
  const { frame, closeness } = comparing;
  if (closeness === 'exact' && old.slots[frame] > state.slots[frame]) {
    for (let slot = state.slots[frame]; slot < old.slots[frame]; slot++) {
      const at = savedSlot(old, frame, slot);
      if (old.words[at] !== 0 || old.words[at + 1] !== 0) return false;
    }
  }
  for (let slot = 0; slot < old.slots[frame]; slot++) {
    const o = savedSlot(old, frame, slot);
    const n = slot < state.slots[frame] ? slotAt(frame, slot) : undefined;
    if (!coversSlot(old.words, o, { ...comparing, w: state.w, n })) return false;
  }
  return true;
}

interface ComparingSlot extends ComparingFrame {
  readonly w: Int32Array;
  /** The slot now; undefined where the stack is not that deep. */
  readonly n: number | undefined;
}

function coversSlot(old: Int32Array, o: number, { w, n, closeness, uninitialised }: ComparingSlot): boolean {
  if (n === undefined) {
    if (closeness === 'exact') return old[o] === 0 && old[o + 1] === 0;
    for (let byte = 0; byte < 8; byte++) {
      const what = slotByte(old, o, byte);
      if (what !== STACK_INVALID && !(uninitialised && what === STACK_MISC)) return false;
    }
    return true;
  }
  if (closeness !== 'covered' && (old[o] !== w[n] || old[o + 1] !== w[n + 1])) return false;
  if (closeness === 'covered') {
    const whole = coversScalar(old, o, { w, n, uninitialised, closeness });
    if (whole !== undefined) return whole;
    for (let byte = 0; byte < 8; byte++) {
      const [then, now] = [slotByte(old, o, byte), slotByte(w, n, byte)];
      if (then === STACK_INVALID || (then === STACK_MISC && (uninitialised || now === STACK_ZERO))) continue;
      if (then !== now) return false;
    }
  }
  return coversHeld(old, o, { w, n, closeness });
}

/** A number that fills a slot may stand against eight bytes of which nothing is known. */
function coversScalar(
  old: Int32Array,
  o: number,
  { w, n, uninitialised, closeness }: { w: Int32Array; n: number; uninitialised: boolean; closeness: Closeness },
): boolean | undefined {
  // Where nothing was written, nothing needs to be covered.
  if (old[o] === 0 && old[o + 1] === 0) return undefined;
  const then = isWholeScalar(old, o) ? 'number' : isMisc(old, o, uninitialised) ? 'misc' : undefined;
  const now = isWholeScalar(w, n) ? 'number' : isMisc(w, n, uninitialised) ? 'misc' : undefined;
  if (!then || !now) return undefined;
  // Bytes of which nothing is known, and that may be anything, cover everything.
  if (then === 'misc' && uninitialised) return true;
  const [a, i] = then === 'number' ? [old, spilledRow(o)] : [UNKNOWN, 0];
  const [b, k] = now === 'number' ? [w, spilledRow(n)] : [UNKNOWN, 0];
  return isRowCovered({ old: a, o: i, now: b, n: k }, ids, closeness);
}

/** What the byte next to the frame pointer says of the slot: whether the same is held there. */
function coversHeld(
  old: Int32Array,
  o: number,
  { w, n, closeness }: { w: Int32Array; n: number; closeness: Closeness },
): boolean {
  const what = slotByte(old, o, 7);
  if (slotByte(w, n, 7) !== what) return true;
  const [i, k] = [spilledRow(o), spilledRow(n)];
  switch (what) {
    case STACK_SPILL:
      return isRowCovered({ old, o: i, now: w, n: k }, ids, closeness);
    case STACK_DYNPTR:
      return (
        old[i + TYPE] === w[k + TYPE] &&
        old[i + AUX] === w[k + AUX] &&
        old[i + AUX3] === w[k + AUX3] &&
        ids.match(old[i + REF], w[k + REF])
      );
    case STACK_ITER:
      // How often it went on does not matter.
      return old[i + AUX] === w[k + AUX] && old[i + AUX2] === w[k + AUX2] && ids.match(old[i + REF], w[k + REF]);
    case STACK_IRQ_FLAG:
      return old[i + AUX] === w[k + AUX] && ids.match(old[i + REF], w[k + REF]);
    default:
      return true;
  }
}

/** Whether the registers of the frame that runs are the same in all respects: the walk may go around in a circle. */
export function mayLoop(old: SavedState, state: State): boolean {
  const frame = state.current;
  if (old.frames.length - 1 !== frame) return false;
  const [then, now] = [savedRow(old, frame, 0), regRow(frame, 0)];
  for (let row = 0; row < REGS_WORDS; row += ROW) {
    for (let at = 0; at <= AUX3; at++) if (old.words[then + row + at] !== state.w[now + row + at]) return false;
    for (let at = 10; at < ROW; at++) if (old.words[then + row + at] !== state.w[now + row + at]) return false;
  }
  return true;
}
