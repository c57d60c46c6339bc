import { bpf_attach_type as A, bpf_prog_type as P } from '../uapi/index.ts';

/** How libbpf attaches a program of that section by itself; `none`: the caller has to. */
export type AutoAttach =
  | 'none'
  | 'kprobe'
  | 'kprobe_multi'
  | 'ksyscall'
  | 'uprobe'
  | 'uprobe_multi'
  | 'usdt'
  | 'tracepoint'
  | 'raw_tracepoint'
  | 'trace'
  | 'tracing_multi'
  | 'lsm'
  | 'iter';

/** One row of the `SEC()` table: what a section's name says of the programs in it. */
export interface SecDef {
  /** The name, without the `+` of libbpf's table and without what follows a `/` that names a target. */
  readonly name: string;
  /** `name/target` is meant too; else only the exact name is. */
  readonly target: boolean;
  /** `BPF_PROG_TYPE_*`. */
  readonly progType: number;
  /** `expected_attach_type`, `BPF_*`; 0 where the type has none. */
  readonly attachType: number;
  readonly autoAttach: AutoAttach;
  /** Loaded with `BPF_F_SLEEPABLE`. */
  readonly sleepable: boolean;
  /** Loaded with `BPF_F_XDP_HAS_FRAGS`. */
  readonly frags: boolean;
  /** The target is a function or type of the kernel's BTF and goes into `attach_btf_id`. */
  readonly attachBtf: boolean;
  /** Kernels that do not know `expected_attach_type` load it without. */
  readonly attachOptional: boolean;
  /** Loaded as `BPF_TRACE_UPROBE_MULTI` where the kernel has that. */
  readonly usdt: boolean;
}

type Flag = 'sleepable' | 'frags' | 'attachBtf' | 'attachOptional' | 'usdt';

// More than three parameters, so that a row reads as a row.
function row(
  sec: string,
  progType: number,
  attachType: number,
  autoAttach: AutoAttach = 'none',
  ...flags: Flag[]
): SecDef {
  const target = sec.endsWith('+');
  return {
    name: target ? sec.slice(0, -1) : sec,
    target,
    progType,
    attachType,
    autoAttach,
    sleepable: flags.includes('sleepable'),
    frags: flags.includes('frags'),
    attachBtf: flags.includes('attachBtf'),
    attachOptional: flags.includes('attachOptional'),
    usdt: flags.includes('usdt'),
  };
}

/** Attach types that came after the kernel that `uapi/` is generated from. @see include/uapi/linux/bpf.h (libbpf 1.8) */
export const LATER_ATTACH_TYPES = {
  BPF_TRACE_UPROBE_SESSION: 57,
  BPF_TRACE_FSESSION: 58,
  BPF_TRACE_FENTRY_MULTI: 59,
  BPF_TRACE_FEXIT_MULTI: 60,
  BPF_TRACE_FSESSION_MULTI: 61,
} as const;
const LATER = LATER_ATTACH_TYPES;

/**
 * Every section name that libbpf knows, in its order. A `+` at the end: the bare name (no automatic attachment) or
 * `name/target`.
 * @see https://docs.kernel.org/bpf/libbpf/program_types.html
 */
export const SEC_DEFS: readonly SecDef[] = [
  row('socket', P.BPF_PROG_TYPE_SOCKET_FILTER, 0),
  row('sk_reuseport/migrate', P.BPF_PROG_TYPE_SK_REUSEPORT, A.BPF_SK_REUSEPORT_SELECT_OR_MIGRATE),
  row('sk_reuseport', P.BPF_PROG_TYPE_SK_REUSEPORT, A.BPF_SK_REUSEPORT_SELECT),
  row('kprobe+', P.BPF_PROG_TYPE_KPROBE, 0, 'kprobe'),
  row('uprobe+', P.BPF_PROG_TYPE_KPROBE, 0, 'uprobe'),
  row('uprobe.s+', P.BPF_PROG_TYPE_KPROBE, 0, 'uprobe', 'sleepable'),
  row('kretprobe+', P.BPF_PROG_TYPE_KPROBE, 0, 'kprobe'),
  row('uretprobe+', P.BPF_PROG_TYPE_KPROBE, 0, 'uprobe'),
  row('uretprobe.s+', P.BPF_PROG_TYPE_KPROBE, 0, 'uprobe', 'sleepable'),
  row('kprobe.multi+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_KPROBE_MULTI, 'kprobe_multi'),
  row('kretprobe.multi+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_KPROBE_MULTI, 'kprobe_multi'),
  row('kprobe.session+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_KPROBE_SESSION, 'kprobe_multi'),
  row('uprobe.session+', P.BPF_PROG_TYPE_KPROBE, LATER.BPF_TRACE_UPROBE_SESSION, 'uprobe_multi'),
  row('uprobe.session.s+', P.BPF_PROG_TYPE_KPROBE, LATER.BPF_TRACE_UPROBE_SESSION, 'uprobe_multi', 'sleepable'),
  row('uprobe.multi+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_UPROBE_MULTI, 'uprobe_multi'),
  row('uretprobe.multi+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_UPROBE_MULTI, 'uprobe_multi'),
  row('uprobe.multi.s+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_UPROBE_MULTI, 'uprobe_multi', 'sleepable'),
  row('uretprobe.multi.s+', P.BPF_PROG_TYPE_KPROBE, A.BPF_TRACE_UPROBE_MULTI, 'uprobe_multi', 'sleepable'),
  row('ksyscall+', P.BPF_PROG_TYPE_KPROBE, 0, 'ksyscall'),
  row('kretsyscall+', P.BPF_PROG_TYPE_KPROBE, 0, 'ksyscall'),
  row('usdt+', P.BPF_PROG_TYPE_KPROBE, 0, 'usdt', 'usdt'),
  row('usdt.s+', P.BPF_PROG_TYPE_KPROBE, 0, 'usdt', 'usdt', 'sleepable'),
  row('tc/ingress', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_TCX_INGRESS),
  row('tc/egress', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_TCX_EGRESS),
  row('tcx/ingress', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_TCX_INGRESS),
  row('tcx/egress', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_TCX_EGRESS),
  row('tc', P.BPF_PROG_TYPE_SCHED_CLS, 0),
  row('classifier', P.BPF_PROG_TYPE_SCHED_CLS, 0),
  row('action', P.BPF_PROG_TYPE_SCHED_ACT, 0),
  row('netkit/primary', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_NETKIT_PRIMARY),
  row('netkit/peer', P.BPF_PROG_TYPE_SCHED_CLS, A.BPF_NETKIT_PEER),
  row('tracepoint+', P.BPF_PROG_TYPE_TRACEPOINT, 0, 'tracepoint'),
  row('tp+', P.BPF_PROG_TYPE_TRACEPOINT, 0, 'tracepoint'),
  row('tracepoint.s+', P.BPF_PROG_TYPE_TRACEPOINT, 0, 'tracepoint', 'sleepable'),
  row('tp.s+', P.BPF_PROG_TYPE_TRACEPOINT, 0, 'tracepoint', 'sleepable'),
  row('raw_tracepoint+', P.BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 'raw_tracepoint'),
  row('raw_tp+', P.BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 'raw_tracepoint'),
  row('raw_tracepoint.s+', P.BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 'raw_tracepoint', 'sleepable'),
  row('raw_tp.s+', P.BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 'raw_tracepoint', 'sleepable'),
  row('raw_tracepoint.w+', P.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 'raw_tracepoint'),
  row('raw_tp.w+', P.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 'raw_tracepoint'),
  row('tp_btf+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_RAW_TP, 'trace', 'attachBtf'),
  row('tp_btf.s+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_RAW_TP, 'trace', 'attachBtf', 'sleepable'),
  row('fentry+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_FENTRY, 'trace', 'attachBtf'),
  row('fmod_ret+', P.BPF_PROG_TYPE_TRACING, A.BPF_MODIFY_RETURN, 'trace', 'attachBtf'),
  row('fexit+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_FEXIT, 'trace', 'attachBtf'),
  row('fentry.s+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_FENTRY, 'trace', 'attachBtf', 'sleepable'),
  row('fmod_ret.s+', P.BPF_PROG_TYPE_TRACING, A.BPF_MODIFY_RETURN, 'trace', 'attachBtf', 'sleepable'),
  row('fexit.s+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_FEXIT, 'trace', 'attachBtf', 'sleepable'),
  row('fsession+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FSESSION, 'trace', 'attachBtf'),
  row('fsession.s+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FSESSION, 'trace', 'attachBtf', 'sleepable'),
  row('fentry.multi+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FENTRY_MULTI, 'tracing_multi'),
  row('fexit.multi+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FEXIT_MULTI, 'tracing_multi'),
  row('fsession.multi+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FSESSION_MULTI, 'tracing_multi'),
  row('fentry.multi.s+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FENTRY_MULTI, 'tracing_multi', 'sleepable'),
  row('fexit.multi.s+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FEXIT_MULTI, 'tracing_multi', 'sleepable'),
  row('fsession.multi.s+', P.BPF_PROG_TYPE_TRACING, LATER.BPF_TRACE_FSESSION_MULTI, 'tracing_multi', 'sleepable'),
  row('freplace+', P.BPF_PROG_TYPE_EXT, 0, 'trace', 'attachBtf'),
  row('lsm+', P.BPF_PROG_TYPE_LSM, A.BPF_LSM_MAC, 'lsm', 'attachBtf'),
  row('lsm.s+', P.BPF_PROG_TYPE_LSM, A.BPF_LSM_MAC, 'lsm', 'attachBtf', 'sleepable'),
  row('lsm_cgroup+', P.BPF_PROG_TYPE_LSM, A.BPF_LSM_CGROUP, 'none', 'attachBtf'),
  row('iter+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_ITER, 'iter', 'attachBtf'),
  row('iter.s+', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_ITER, 'iter', 'attachBtf', 'sleepable'),
  row('syscall', P.BPF_PROG_TYPE_SYSCALL, 0, 'none', 'sleepable'),
  row('xdp.frags/devmap', P.BPF_PROG_TYPE_XDP, A.BPF_XDP_DEVMAP, 'none', 'frags'),
  row('xdp/devmap', P.BPF_PROG_TYPE_XDP, A.BPF_XDP_DEVMAP),
  row('xdp.frags/cpumap', P.BPF_PROG_TYPE_XDP, A.BPF_XDP_CPUMAP, 'none', 'frags'),
  row('xdp/cpumap', P.BPF_PROG_TYPE_XDP, A.BPF_XDP_CPUMAP),
  row('xdp.frags', P.BPF_PROG_TYPE_XDP, A.BPF_XDP, 'none', 'frags'),
  row('xdp', P.BPF_PROG_TYPE_XDP, A.BPF_XDP, 'none', 'attachOptional'),
  row('perf_event', P.BPF_PROG_TYPE_PERF_EVENT, 0),
  row('lwt_in', P.BPF_PROG_TYPE_LWT_IN, 0),
  row('lwt_out', P.BPF_PROG_TYPE_LWT_OUT, 0),
  row('lwt_xmit', P.BPF_PROG_TYPE_LWT_XMIT, 0),
  row('lwt_seg6local', P.BPF_PROG_TYPE_LWT_SEG6LOCAL, 0),
  row('sockops', P.BPF_PROG_TYPE_SOCK_OPS, A.BPF_CGROUP_SOCK_OPS, 'none', 'attachOptional'),
  row('sk_skb/stream_parser', P.BPF_PROG_TYPE_SK_SKB, A.BPF_SK_SKB_STREAM_PARSER, 'none', 'attachOptional'),
  row('sk_skb/stream_verdict', P.BPF_PROG_TYPE_SK_SKB, A.BPF_SK_SKB_STREAM_VERDICT, 'none', 'attachOptional'),
  row('sk_skb/verdict', P.BPF_PROG_TYPE_SK_SKB, A.BPF_SK_SKB_VERDICT, 'none', 'attachOptional'),
  row('sk_skb', P.BPF_PROG_TYPE_SK_SKB, 0),
  row('sk_msg', P.BPF_PROG_TYPE_SK_MSG, A.BPF_SK_MSG_VERDICT, 'none', 'attachOptional'),
  row('lirc_mode2', P.BPF_PROG_TYPE_LIRC_MODE2, A.BPF_LIRC_MODE2, 'none', 'attachOptional'),
  row('flow_dissector', P.BPF_PROG_TYPE_FLOW_DISSECTOR, A.BPF_FLOW_DISSECTOR, 'none', 'attachOptional'),
  row('cgroup_skb/ingress', P.BPF_PROG_TYPE_CGROUP_SKB, A.BPF_CGROUP_INET_INGRESS, 'none', 'attachOptional'),
  row('cgroup_skb/egress', P.BPF_PROG_TYPE_CGROUP_SKB, A.BPF_CGROUP_INET_EGRESS, 'none', 'attachOptional'),
  row('cgroup/skb', P.BPF_PROG_TYPE_CGROUP_SKB, 0),
  row('cgroup/sock_create', P.BPF_PROG_TYPE_CGROUP_SOCK, A.BPF_CGROUP_INET_SOCK_CREATE),
  row('cgroup/sock_release', P.BPF_PROG_TYPE_CGROUP_SOCK, A.BPF_CGROUP_INET_SOCK_RELEASE),
  row('cgroup/sock', P.BPF_PROG_TYPE_CGROUP_SOCK, A.BPF_CGROUP_INET_SOCK_CREATE, 'none', 'attachOptional'),
  row('cgroup/post_bind4', P.BPF_PROG_TYPE_CGROUP_SOCK, A.BPF_CGROUP_INET4_POST_BIND),
  row('cgroup/post_bind6', P.BPF_PROG_TYPE_CGROUP_SOCK, A.BPF_CGROUP_INET6_POST_BIND),
  row('cgroup/bind4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET4_BIND),
  row('cgroup/bind6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET6_BIND),
  row('cgroup/connect4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET4_CONNECT),
  row('cgroup/connect6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET6_CONNECT),
  row('cgroup/connect_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_CONNECT),
  row('cgroup/sendmsg4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UDP4_SENDMSG),
  row('cgroup/sendmsg6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UDP6_SENDMSG),
  row('cgroup/sendmsg_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_SENDMSG),
  row('cgroup/recvmsg4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UDP4_RECVMSG),
  row('cgroup/recvmsg6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UDP6_RECVMSG),
  row('cgroup/recvmsg_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_RECVMSG),
  row('cgroup/getpeername4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET4_GETPEERNAME),
  row('cgroup/getpeername6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET6_GETPEERNAME),
  row('cgroup/getpeername_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_GETPEERNAME),
  row('cgroup/getsockname4', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET4_GETSOCKNAME),
  row('cgroup/getsockname6', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_INET6_GETSOCKNAME),
  row('cgroup/getsockname_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_GETSOCKNAME),
  row('cgroup/sysctl', P.BPF_PROG_TYPE_CGROUP_SYSCTL, A.BPF_CGROUP_SYSCTL),
  row('cgroup/getsockopt', P.BPF_PROG_TYPE_CGROUP_SOCKOPT, A.BPF_CGROUP_GETSOCKOPT),
  row('cgroup/setsockopt', P.BPF_PROG_TYPE_CGROUP_SOCKOPT, A.BPF_CGROUP_SETSOCKOPT),
  row('cgroup/dev', P.BPF_PROG_TYPE_CGROUP_DEVICE, A.BPF_CGROUP_DEVICE, 'none', 'attachOptional'),
  row('struct_ops+', P.BPF_PROG_TYPE_STRUCT_OPS, 0),
  row('struct_ops.s+', P.BPF_PROG_TYPE_STRUCT_OPS, 0, 'none', 'sleepable'),
  row('sk_lookup', P.BPF_PROG_TYPE_SK_LOOKUP, A.BPF_SK_LOOKUP),
  row('netfilter', P.BPF_PROG_TYPE_NETFILTER, A.BPF_NETFILTER),
];
