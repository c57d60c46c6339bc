import { bpf_pseudo_call } from '../uapi/index.ts';
import { invalid, type Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';
import type { Walk } from './walk/walk.ts';

/** What a program may have that is in order on all paths, and of which no form can be made that runs. */
export function checkTranslatable({ insns, seen, speculation }: Walk): Refusal | undefined {
  const mixed = speculation?.mixedTailCalls();
  for (let i = 0; i < insns.length; i++) {
    if (!seen[i] || !isCall(insns.code(i))) continue;
    // The index of a tail call is masked by the size of its map: that has to be one map on all paths.
    if (mixed?.has(i)) return invalid('tail_call abusing map_ptr');
    const isKfunc = insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
    if (isKfunc && insns.imm(i) === 0) return invalid('invalid kernel function call not eliminated in verifier pass');
  }
  return undefined;
}
