import { errno } from '../../uapi/index.ts';
import { FRAME } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { MAX_FRAMES } from '../state/frame.ts';
import { PTR_TO_STACK } from '../state/reg-type.ts';
import type { Frame } from '../state/state.ts';
import { setPointer } from './set-row.ts';
import type { Walk } from './walk.ts';

const FRAME_POINTER = 10;
/** The last of the registers that a call may change. */
const LAST_CLOBBERED = 5;

/** Enters a subprogram: its frame has a stack of its own and no registers but the frame pointer. */
export function enterFrame(walk: Walk, frame: Frame): Refusal | undefined {
  const { state, w } = walk;
  if (state.frames.length === MAX_FRAMES) {
    return walk.refused(errno.E2BIG, `the call stack of ${MAX_FRAMES + 1} frames is too deep`);
  }
  state.push(frame);
  const row = walk.reg(FRAME_POINTER);
  setPointer(w, row, PTR_TO_STACK);
  w[row + FRAME] = state.current;
  return undefined;
}

/** R0 to R5 hold nothing after a call. */
export function clobberRegisters(walk: Walk): void {
  walk.w.fill(0, walk.reg(0), walk.reg(LAST_CLOBBERED + 1));
}
