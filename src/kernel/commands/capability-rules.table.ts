import { bpf_map_type, bpf_prog_type } from '../../uapi/index.ts';

const p = bpf_prog_type;
const m = bpf_map_type;

/*
 * Which capabilities loads of programs and maps of which types ask for, beside CAP_BPF.
 * @see test/data/privileges/types-6.18.csv, what Linux 6.18 said to processes with some of them
 */

/** The only programs that need no CAP_BPF. */
export const UNPRIVILEGED_PROGS: readonly number[] = [p.BPF_PROG_TYPE_SOCKET_FILTER, p.BPF_PROG_TYPE_CGROUP_SKB];

/** Programs that change what the network does: CAP_NET_ADMIN. */
export const NET_ADMIN_PROGS: readonly number[] = [
  p.BPF_PROG_TYPE_SCHED_CLS,
  p.BPF_PROG_TYPE_SCHED_ACT,
  p.BPF_PROG_TYPE_XDP,
  p.BPF_PROG_TYPE_CGROUP_SOCK,
  p.BPF_PROG_TYPE_LWT_IN,
  p.BPF_PROG_TYPE_LWT_OUT,
  p.BPF_PROG_TYPE_LWT_XMIT,
  p.BPF_PROG_TYPE_SOCK_OPS,
  p.BPF_PROG_TYPE_SK_SKB,
  p.BPF_PROG_TYPE_CGROUP_DEVICE,
  p.BPF_PROG_TYPE_SK_MSG,
  p.BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
  p.BPF_PROG_TYPE_LWT_SEG6LOCAL,
  p.BPF_PROG_TYPE_FLOW_DISSECTOR,
  p.BPF_PROG_TYPE_CGROUP_SYSCTL,
  p.BPF_PROG_TYPE_CGROUP_SOCKOPT,
  p.BPF_PROG_TYPE_EXT,
  p.BPF_PROG_TYPE_NETFILTER,
];

/** Programs that see what the kernel does: CAP_PERFMON. */
export const PERFMON_PROGS: readonly number[] = [
  p.BPF_PROG_TYPE_KPROBE,
  p.BPF_PROG_TYPE_TRACEPOINT,
  p.BPF_PROG_TYPE_PERF_EVENT,
  p.BPF_PROG_TYPE_RAW_TRACEPOINT,
  p.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
  p.BPF_PROG_TYPE_TRACING,
  p.BPF_PROG_TYPE_STRUCT_OPS,
  p.BPF_PROG_TYPE_EXT,
  p.BPF_PROG_TYPE_LSM,
];

/** The only maps that need no CAP_BPF. */
export const UNPRIVILEGED_MAPS: readonly number[] = [
  m.BPF_MAP_TYPE_HASH,
  m.BPF_MAP_TYPE_ARRAY,
  m.BPF_MAP_TYPE_PROG_ARRAY,
  m.BPF_MAP_TYPE_PERF_EVENT_ARRAY,
  m.BPF_MAP_TYPE_PERCPU_HASH,
  m.BPF_MAP_TYPE_PERCPU_ARRAY,
  m.BPF_MAP_TYPE_CGROUP_ARRAY,
  m.BPF_MAP_TYPE_ARRAY_OF_MAPS,
  m.BPF_MAP_TYPE_HASH_OF_MAPS,
  m.BPF_MAP_TYPE_CGROUP_STORAGE,
  m.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
  m.BPF_MAP_TYPE_RINGBUF,
  m.BPF_MAP_TYPE_USER_RINGBUF,
];

/** Maps that lead to network devices and sockets: CAP_NET_ADMIN, and no CAP_BPF. */
export const NET_ADMIN_MAPS: readonly number[] = [
  m.BPF_MAP_TYPE_DEVMAP,
  m.BPF_MAP_TYPE_SOCKMAP,
  m.BPF_MAP_TYPE_XSKMAP,
  m.BPF_MAP_TYPE_SOCKHASH,
  m.BPF_MAP_TYPE_DEVMAP_HASH,
];
