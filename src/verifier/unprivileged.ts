import { type Insns, subprogramTarget } from '../isa/index.ts';
import { bpf_map_type, bpf_pseudo_call, errno } from '../uapi/index.ts';
import { checkBackEdges } from './back-edges.ts';
import type { VerifiedMap } from './options.ts';
import type { Privileges } from './privileges.ts';
import type { Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';

/** Subprograms, callbacks and kfuncs are for CAP_BPF. */
export function checkCallsAllowed(insns: Insns, { bpfCapable }: Privileges): Refusal | undefined {
  if (bpfCapable) return undefined;
  for (let i = 0; i < insns.length; i++) {
    const isKfunc = isCall(insns.code(i)) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
    if (!isKfunc && subprogramTarget(insns, i) === undefined) continue;
    const text = 'loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN';
    return { errno: errno.EPERM, text };
  }
  return undefined;
}

/** Arenas are for CAP_BPF and CAP_PERFMON. */
export function checkMapsAllowed(
  maps: readonly VerifiedMap[],
  { bpfCapable, allowPtrLeaks }: Privileges,
): Refusal | undefined {
  if (bpfCapable && allowPtrLeaks) return undefined;
  if (!maps.some(({ attr }) => attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA)) return undefined;
  return { errno: errno.EPERM, text: 'CAP_BPF and CAP_PERFMON are required to use arena' };
}

/** Loops are for CAP_BPF: for all others, no way from the start comes by an instruction twice. */
export function checkNoLoops(insns: Insns, { bpfCapable }: Privileges): Refusal | undefined {
  return bpfCapable ? undefined : checkBackEdges(insns, () => false);
}
