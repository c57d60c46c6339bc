import { previousVisit, widen } from '../prune/widen.ts';
import type { Refusal } from '../refusal.ts';
import { defer } from './defer.ts';
import type { Walk } from './walk.ts';

/** `may_goto`: goes on, so and so often, or jumps. */
export function walkMayGoto(walk: Walk): Refusal | undefined {
  const { insns, insn, state } = walk;
  const before = state.save();
  state.change({ mayGotoDepth: before.shared.mayGotoDepth + 1 });
  // The visit that goes on now was saved when it began.
  const previous = walk.parent && previousVisit(walk, insn, walk.parent.depth);
  if (previous) widen(walk, previous);
  const refusal = defer(walk, insn + 1);
  state.restore(before);
  walk.goTo(insn + 1 + insns.off(insn));
  return refusal;
}
