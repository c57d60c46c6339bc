import { TYPE } from '../domain/row.ts';
import { stackLivenessLog } from '../log/stack-liveness.ts';
import { markPrecise } from '../prune/precision.ts';
import { previousVisit, widen } from '../prune/widen.ts';
import type { Refusal } from '../refusal.ts';
import { regRow } from '../state/frame.ts';
import { PTR_TO_STACK, SCALAR_VALUE } from '../state/reg-type.ts';
import { checkLeaks } from './leaks.ts';
import { checkReturn, isWithin, outOfRange } from './return-value.ts';
import type { Outcome, Walk } from './walk.ts';

/** The end of a frame: back to the caller, or the end of a path. */
export function walkExit(walk: Walk): Outcome {
  const leak = checkLeaks(walk, 'BPF_EXIT instruction in main prog', false);
  if (leak) return leak;
  if (walk.state.current === 0) return checkReturn(walk, 0) ?? 'path ends';
  return returnToCaller(walk);
}

/** Leaves the frame: what is in R0 is the caller's. */
export function returnToCaller(walk: Walk): Refusal | undefined {
  const { state, w } = walk;
  walk.stackLiveness.update(state.frames, stackLivenessLog(walk));
  const result = walk.reg(0);
  if (w[result + TYPE] === PTR_TO_STACK) return walk.invalid('cannot return stack pointer to the caller');
  const isCallback = state.frame.callback !== undefined;
  if (isCallback) {
    const refusal = checkCallbackResult(walk, result);
    if (refusal) return refusal;
  } else state.copy(regRow(state.current - 1, 0), result);
  const { callSite } = state.pop();
  // A callback may be called again: the call is gone through once more, until nothing new comes of it.
  walk.next = isCallback ? callSite : callSite + 1;
  if (!isCallback) return undefined;
  const previous = walk.parent && previousVisit(walk, callSite, walk.parent.depth + 1);
  if (previous) widen(walk, previous);
  return undefined;
}

function checkCallbackResult(walk: Walk, result: number): Refusal | undefined {
  const { w, state } = walk;
  if (w[result + TYPE] !== SCALAR_VALUE) return walk.denied('R0 not a scalar value');
  markPrecise(walk, 0);
  const [min, max] = state.frame.returns ?? [0, 1];
  if (isWithin(w, result, { min, max })) return undefined;
  return walk.invalid(outOfRange(w, result, { when: 'At callback return', register: 0, range: { min, max } }));
}
