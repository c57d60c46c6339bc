import { LATER_ATTACH_TYPES } from '../../catalog/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_prog_type, errno } from '../../uapi/index.ts';
import type { BpfProg } from '../core/prog.ts';
import { EXPECTED_ATTACH_TYPES } from './attach-rules.table.ts';

const t = bpf_attach_type;
const p = bpf_prog_type;

/** Attach types that one program type alone has, beside those of `EXPECTED_ATTACH_TYPES`. */
const OWNERS: ReadonlyMap<number, number> = new Map<number, number>([
  [t.BPF_CGROUP_SOCK_OPS, p.BPF_PROG_TYPE_SOCK_OPS],
  [t.BPF_CGROUP_DEVICE, p.BPF_PROG_TYPE_CGROUP_DEVICE],
  [t.BPF_CGROUP_SYSCTL, p.BPF_PROG_TYPE_CGROUP_SYSCTL],
  [t.BPF_SK_MSG_VERDICT, p.BPF_PROG_TYPE_SK_MSG],
  [t.BPF_SK_SKB_STREAM_PARSER, p.BPF_PROG_TYPE_SK_SKB],
  [t.BPF_SK_SKB_STREAM_VERDICT, p.BPF_PROG_TYPE_SK_SKB],
  [t.BPF_SK_SKB_VERDICT, p.BPF_PROG_TYPE_SK_SKB],
  [t.BPF_LIRC_MODE2, p.BPF_PROG_TYPE_LIRC_MODE2],
  [t.BPF_FLOW_DISSECTOR, p.BPF_PROG_TYPE_FLOW_DISSECTOR],
  [t.BPF_TRACE_ITER, p.BPF_PROG_TYPE_TRACING],
  [t.BPF_TRACE_RAW_TP, p.BPF_PROG_TYPE_TRACING],
  [t.BPF_TRACE_FENTRY, p.BPF_PROG_TYPE_TRACING],
  [t.BPF_TRACE_FEXIT, p.BPF_PROG_TYPE_TRACING],
  [t.BPF_MODIFY_RETURN, p.BPF_PROG_TYPE_TRACING],
  [t.BPF_LSM_MAC, p.BPF_PROG_TYPE_LSM],
  [t.BPF_LSM_CGROUP, p.BPF_PROG_TYPE_LSM],
  [t.BPF_XDP, p.BPF_PROG_TYPE_XDP],
  ...[...EXPECTED_ATTACH_TYPES].flatMap(([type, attachTypes]): [number, number][] =>
    type === p.BPF_PROG_TYPE_EXT || type === p.BPF_PROG_TYPE_SYSCALL ? [] : attachTypes.map((attach) => [attach, type]),
  ),
]);

const SCHED_CLS: readonly number[] = [t.BPF_TCX_INGRESS, t.BPF_TCX_EGRESS, t.BPF_NETKIT_PRIMARY, t.BPF_NETKIT_PEER];
/** For kprobes: the expected attach types that fix how they may be attached. */
const MULTI: readonly number[] = [
  t.BPF_TRACE_KPROBE_MULTI,
  t.BPF_TRACE_KPROBE_SESSION,
  t.BPF_TRACE_UPROBE_MULTI,
  LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION,
];

/** The program type that an attach type belongs to; 0 where there is none. */
export function progTypeOfAttachType(attachType: number): number {
  return SCHED_CLS.includes(attachType) ? p.BPF_PROG_TYPE_SCHED_CLS : (OWNERS.get(attachType) ?? 0);
}

/** Whether a program may be attached in that way: 0 or -EINVAL. */
export function checkAttachType({ header }: BpfProg, attachType: number): Errno | 0 {
  const expected = header.expectedAttachType;
  const fits = (): boolean => {
    switch (header.type) {
      case p.BPF_PROG_TYPE_CGROUP_SOCK:
      case p.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
      case p.BPF_PROG_TYPE_CGROUP_SOCKOPT:
      case p.BPF_PROG_TYPE_SK_LOOKUP:
        return attachType === expected;
      case p.BPF_PROG_TYPE_EXT:
        return true;
      case p.BPF_PROG_TYPE_NETFILTER:
        return attachType === t.BPF_NETFILTER;
      case p.BPF_PROG_TYPE_PERF_EVENT:
      case p.BPF_PROG_TYPE_TRACEPOINT:
        return attachType === t.BPF_PERF_EVENT;
      case p.BPF_PROG_TYPE_KPROBE:
        if (MULTI.includes(expected)) return attachType === expected;
        return attachType === t.BPF_PERF_EVENT || MULTI.includes(attachType);
      case p.BPF_PROG_TYPE_SCHED_CLS:
        return SCHED_CLS.includes(attachType);
      default:
        return progTypeOfAttachType(attachType) === header.type;
    }
  };
  return fits() ? 0 : -errno.EINVAL;
}
