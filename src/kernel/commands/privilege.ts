import type { Errno, MapCreateAttr, ProgLoadAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../../verifier/index.ts';
import type { Caller } from '../process/caller.ts';
import { hasCapability, isCapable } from '../process/capable.ts';
import {
  NET_ADMIN_MAPS,
  NET_ADMIN_PROGS,
  PERFMON_PROGS,
  UNPRIVILEGED_MAPS,
  UNPRIVILEGED_PROGS,
} from './capability-rules.table.ts';

/** BPF_COMPLEXITY_LIMIT_INSNS: instructions that a process with CAP_BPF may load. */
const MAX_INSNS = 1_000_000;
/** What all others may. */
const BPF_MAXINSNS = 4096;

/** Whether the process may load such a program: -EPERM where not, -E2BIG where it is too long for it. */
export function checkMayLoad(caller: Caller, { progType }: ProgLoadAttr, count: number): Errno | 0 {
  const bpf = isCapable(caller, 'CAP_BPF');
  if (!bpf && isClosed(caller)) return -errno.EPERM;
  if (count === 0 || count > (bpf ? MAX_INSNS : BPF_MAXINSNS)) return -errno.E2BIG;
  if (!bpf && !UNPRIVILEGED_PROGS.includes(progType)) return -errno.EPERM;
  if (NET_ADMIN_PROGS.includes(progType) && !isCapable(caller, 'CAP_NET_ADMIN')) return -errno.EPERM;
  if (PERFMON_PROGS.includes(progType) && !isCapable(caller, 'CAP_PERFMON')) return -errno.EPERM;
  return 0;
}

/** Whether the process may create such a map. */
export function checkMayCreate(caller: Caller, { mapType }: MapCreateAttr): Errno | 0 {
  if (!isCapable(caller, 'CAP_BPF') && isClosed(caller)) return -errno.EPERM;
  if (UNPRIVILEGED_MAPS.includes(mapType)) return 0;
  const needed = NET_ADMIN_MAPS.includes(mapType) ? 'CAP_NET_ADMIN' : 'CAP_BPF';
  return isCapable(caller, needed) ? 0 : -errno.EPERM;
}

/** Whether nobody without CAP_BPF may load or create anything. */
function isClosed({ state }: Caller): boolean {
  return state.sysctls.get('kernel.unprivileged_bpf_disabled') !== 0;
}

/** The same for the verifier. */
export function capabilitiesOf(caller: Caller): VerifyOptions['capabilities'] {
  return {
    bpf: isCapable(caller, 'CAP_BPF'),
    perfmon: isCapable(caller, 'CAP_PERFMON'),
    sysAdmin: hasCapability(caller, 'CAP_SYS_ADMIN'),
    sysBoot: hasCapability(caller, 'CAP_SYS_BOOT'),
  };
}
