import { errno } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from './walk.ts';

/** Branches that may wait at once. */
const MAX_PENDING = 8192;

/** Puts a branch aside, as the state is now, to be walked from `insn`. */
export function defer(walk: Walk, insn: number): Refusal | undefined {
  const { state, pending, parent, history } = walk;
  pending.push(state, { insn, previous: walk.insn, parent, history: history.copy(), first: walk.first });
  walk.log?.branchPut();
  if (parent) parent.branches++;
  if (pending.length <= MAX_PENDING) return undefined;
  return walk.refused(errno.E2BIG, `The sequence of ${MAX_PENDING + 1} jumps is too complex.`);
}

/** Goes on with the branch put aside last. @returns whether there was one */
export function resume(walk: Walk): boolean {
  const branch = walk.pending.pop(walk.state);
  if (!branch) {
    walk.log?.pathsDone();
    return false;
  }
  walk.log?.branchTaken();
  walk.insn = branch.insn;
  walk.previous = branch.previous;
  walk.parent = branch.parent;
  walk.history = branch.history;
  walk.first = branch.first;
  return true;
}
