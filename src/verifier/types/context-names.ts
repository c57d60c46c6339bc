import { bpf_prog_type } from '../../uapi/index.ts';

const t = bpf_prog_type;
const SK_BUFF = ['__sk_buff'];

/** How programs write the type of their context. @see include/linux/bpf_types.h (v6.12) */
const NAMES: Readonly<Record<number, readonly string[]>> = {
  [t.BPF_PROG_TYPE_SOCKET_FILTER]: SK_BUFF,
  [t.BPF_PROG_TYPE_SCHED_CLS]: SK_BUFF,
  [t.BPF_PROG_TYPE_SCHED_ACT]: SK_BUFF,
  [t.BPF_PROG_TYPE_CGROUP_SKB]: SK_BUFF,
  [t.BPF_PROG_TYPE_LWT_IN]: SK_BUFF,
  [t.BPF_PROG_TYPE_LWT_OUT]: SK_BUFF,
  [t.BPF_PROG_TYPE_LWT_XMIT]: SK_BUFF,
  [t.BPF_PROG_TYPE_LWT_SEG6LOCAL]: SK_BUFF,
  [t.BPF_PROG_TYPE_SK_SKB]: SK_BUFF,
  [t.BPF_PROG_TYPE_FLOW_DISSECTOR]: SK_BUFF,
  [t.BPF_PROG_TYPE_XDP]: ['xdp_md'],
  [t.BPF_PROG_TYPE_CGROUP_SOCK]: ['bpf_sock'],
  [t.BPF_PROG_TYPE_CGROUP_SOCK_ADDR]: ['bpf_sock_addr'],
  [t.BPF_PROG_TYPE_SOCK_OPS]: ['bpf_sock_ops'],
  [t.BPF_PROG_TYPE_SK_MSG]: ['sk_msg_md'],
  [t.BPF_PROG_TYPE_KPROBE]: ['bpf_user_pt_regs_t', 'pt_regs', 'user_pt_regs'],
  [t.BPF_PROG_TYPE_TRACEPOINT]: [],
  [t.BPF_PROG_TYPE_PERF_EVENT]: ['bpf_perf_event_data'],
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT]: ['bpf_raw_tracepoint_args'],
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE]: ['bpf_raw_tracepoint_args'],
  [t.BPF_PROG_TYPE_CGROUP_DEVICE]: ['bpf_cgroup_dev_ctx'],
  [t.BPF_PROG_TYPE_CGROUP_SYSCTL]: ['bpf_sysctl'],
  [t.BPF_PROG_TYPE_CGROUP_SOCKOPT]: ['bpf_sockopt'],
  [t.BPF_PROG_TYPE_SK_REUSEPORT]: ['sk_reuseport_md'],
  [t.BPF_PROG_TYPE_SK_LOOKUP]: ['bpf_sk_lookup'],
  [t.BPF_PROG_TYPE_NETFILTER]: ['bpf_nf_ctx'],
};

/** Names of the type that a pointer to the context of such a program has. */
export function contextTypeNames(progType: number): readonly string[] {
  return NAMES[progType] ?? [];
}
