import { LATER_ATTACH_TYPES } from '../../catalog/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { lsmReturns, type ReturnRange } from './lsm-return.ts';

const BOOLEAN: ReturnRange = { min: 0, max: 1 };
const ZERO: ReturnRange = { min: 0, max: 0 };
const ONE: ReturnRange = { min: 1, max: 1 };

const ALWAYS_ONE: readonly number[] = [
  bpf_attach_type.BPF_CGROUP_UDP4_RECVMSG,
  bpf_attach_type.BPF_CGROUP_UDP6_RECVMSG,
  bpf_attach_type.BPF_CGROUP_UNIX_RECVMSG,
  bpf_attach_type.BPF_CGROUP_INET4_GETPEERNAME,
  bpf_attach_type.BPF_CGROUP_INET6_GETPEERNAME,
  bpf_attach_type.BPF_CGROUP_UNIX_GETPEERNAME,
  bpf_attach_type.BPF_CGROUP_INET4_GETSOCKNAME,
  bpf_attach_type.BPF_CGROUP_INET6_GETSOCKNAME,
  bpf_attach_type.BPF_CGROUP_UNIX_GETSOCKNAME,
];
const BINDS: readonly number[] = [bpf_attach_type.BPF_CGROUP_INET4_BIND, bpf_attach_type.BPF_CGROUP_INET6_BIND];
const SESSIONS: readonly number[] = [
  bpf_attach_type.BPF_TRACE_KPROBE_SESSION,
  LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION,
];
const TRAMPOLINES: readonly number[] = [bpf_attach_type.BPF_TRACE_FENTRY, bpf_attach_type.BPF_TRACE_FEXIT];

/** What the program may return; undefined: anything. */
export function returnRange(options: VerifyOptions): ReturnRange | undefined {
  const { progType, expectedAttachType: attach } = options;
  switch (progType) {
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
      if (ALWAYS_ONE.includes(attach)) return ONE;
      return BINDS.includes(attach) ? { min: 0, max: 3 } : BOOLEAN;
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB:
      return attach === bpf_attach_type.BPF_CGROUP_INET_EGRESS ? { min: 0, max: 3 } : BOOLEAN;
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK:
    case bpf_prog_type.BPF_PROG_TYPE_SOCK_OPS:
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_DEVICE:
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_SYSCTL:
    case bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCKOPT:
    case bpf_prog_type.BPF_PROG_TYPE_SK_LOOKUP:
    case bpf_prog_type.BPF_PROG_TYPE_NETFILTER:
      return BOOLEAN;
    case bpf_prog_type.BPF_PROG_TYPE_RAW_TRACEPOINT:
      return options.attachTarget ? ZERO : undefined;
    case bpf_prog_type.BPF_PROG_TYPE_TRACING:
      if (TRAMPOLINES.includes(attach)) return ZERO;
      return attach === bpf_attach_type.BPF_TRACE_ITER ? BOOLEAN : undefined;
    case bpf_prog_type.BPF_PROG_TYPE_KPROBE:
      return SESSIONS.includes(attach) ? BOOLEAN : undefined;
    case bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS:
      return undefined;
    case bpf_prog_type.BPF_PROG_TYPE_LSM:
      return lsmReturns(options);
    default:
      return undefined;
  }
}
