/** What libbpf's headers name without the source that includes them naming it. */
export interface LibbpfNames {
  /** File name of the header that has to be included; undefined: any, or none. */
  readonly header?: string;
  /** Macros whose use needs the names; undefined: the header needs them by itself. */
  readonly uses?: RegExp;
  readonly names: readonly string[];
}

const REGISTERS = ['pt_regs', 'user_pt_regs', 'user_regs_struct'];
const SIZED = ['__u8', '__u16', '__u32', '__u64', '__s32', '__s64', '__be16', '__be32', '__wsum'];

/** @see tools/lib/bpf (v6.12): bpf_helpers.h, bpf_helper_defs.h, bpf_tracing.h, usdt.bpf.h */
export const LIBBPF_NAMES: readonly LibbpfNames[] = [
  { names: SIZED },
  { uses: /^bpf_(for|repeat)$/, names: ['bpf_iter_num'] },
  { uses: /PT_REGS_|^BPF_(KPROBE|KRETPROBE|UPROBE|URETPROBE|KSYSCALL|KPROBE_SYSCALL)$/, names: REGISTERS },
  { uses: /_SYSCALL|^BPF_KSYSCALL$/, names: ['bool'] },
  {
    header: 'usdt.bpf.h',
    names: [
      ...REGISTERS,
      'bool',
      'BPF_MAP_TYPE_ARRAY',
      'BPF_MAP_TYPE_HASH',
      'bpf_func_id',
      'BPF_FUNC_get_attach_cookie',
    ],
  },
];

/** Helpers that return a pointer to a struct of the kernel, which may be looked into without being named. */
export const RETURNED_STRUCTS: ReadonlyMap<string, string> = new Map([
  ['bpf_get_current_task_btf', 'task_struct'],
  ['bpf_get_listener_sock', 'bpf_sock'],
  ['bpf_sk_fullsock', 'bpf_sock'],
  ['bpf_sk_lookup_tcp', 'bpf_sock'],
  ['bpf_sk_lookup_udp', 'bpf_sock'],
  ['bpf_skc_lookup_tcp', 'bpf_sock'],
  ['bpf_skc_to_mptcp_sock', 'mptcp_sock'],
  ['bpf_skc_to_tcp6_sock', 'tcp6_sock'],
  ['bpf_skc_to_tcp_request_sock', 'tcp_request_sock'],
  ['bpf_skc_to_tcp_sock', 'tcp_sock'],
  ['bpf_skc_to_tcp_timewait_sock', 'tcp_timewait_sock'],
  ['bpf_skc_to_udp6_sock', 'udp6_sock'],
  ['bpf_skc_to_unix_sock', 'unix_sock'],
  ['bpf_sock_from_file', 'socket'],
  ['bpf_task_pt_regs', 'pt_regs'],
  ['bpf_tcp_sock', 'bpf_tcp_sock'],
]);
