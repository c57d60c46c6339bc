import { bpf_pseudo_call } from '../../uapi/index.ts';
import { kfuncNameAt } from '../prune/call-kind.ts';
import type { Walk } from '../walk/walk.ts';

/** Whether the frame that runs compares nodes for `bpf_rbtree_add`: the lock has to stay held. */
export function inTreeCallback({ state, options }: Walk): boolean {
  const { callback, callSite } = state.frame;
  if (callback !== 'sync' || callSite < 0) return false;
  const isKfunc = options.insns.src(callSite) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
  return isKfunc && kfuncNameAt(options, callSite) === 'bpf_rbtree_add_impl';
}
