import { ID } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { deferAsync, deferSync } from './callback.ts';
import { setBorrowed, setNode } from './graph.ts';
import { setMapArguments } from './helper-callback.ts';
import type { KfuncCall } from './kfunc-call.ts';

/** The function that was passed is walked, too. */
export function addCallback(walk: Walk, call: KfuncCall): Refusal | undefined {
  const { kfunc, subprogram, map } = call;
  if (subprogram < 0) return undefined;
  if (kfunc.name === 'bpf_rbtree_add_impl') {
    return deferSync(walk, subprogram, () => {
      for (const row of [walk.reg(1), walk.reg(2)]) {
        setNode(walk, row, call);
        setBorrowed(walk, row);
        walk.w[row + ID] = walk.newId();
      }
    });
  }
  return deferAsync(walk, { subprogram, sleepable: true }, () => {
    if (map) setMapArguments(walk, map.index, map.uid);
  });
}
