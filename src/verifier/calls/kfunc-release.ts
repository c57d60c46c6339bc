import { REF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { lend } from './graph.ts';
import type { KfuncCall } from './kfunc-call.ts';
import { releaseReference } from './references.ts';

const LENDS = /^bpf_(list_push_(front|back)|rbtree_add)_impl$/;

/** What an argument stands for is given back, or put where others find it. */
export function releaseKfuncArg(walk: Walk, { kfunc, releases }: KfuncCall): Refusal | undefined {
  if (LENDS.test(kfunc.name)) lend(walk, walk.w[walk.reg(2) + REF]);
  if (releases === 0) return undefined;
  if (releaseReference(walk, walk.w[walk.reg(releases) + REF])) return undefined;
  return walk.invalid(`kfunc ${kfunc.name}#${walk.insns.imm(walk.insn)} reference has not been acquired before`);
}
