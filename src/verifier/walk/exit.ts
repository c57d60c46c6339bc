import { TYPE } from '../domain/row.ts';
import { regRow } from '../state/frame.ts';
import { baseType, NOT_INIT, PTR_TO_STACK } from '../state/reg-type.ts';
import type { Outcome, Walk } from './walk.ts';

/** The end of a frame: back to the caller, or the end of a path. */
export function walkExit(walk: Walk): Outcome {
  const { state, w } = walk;
  if (state.current === 0) {
    return walk.typeOf(0) === NOT_INIT ? walk.denied('R0 !read_ok') : 'path ends';
  }
  const result = walk.reg(0);
  if (baseType(w[result + TYPE]) === PTR_TO_STACK) return walk.invalid('cannot return stack pointer to the caller');
  state.copy(regRow(state.current - 1, 0), result);
  const { callSite } = state.pop();
  walk.goTo(callSite + 1);
  return undefined;
}
