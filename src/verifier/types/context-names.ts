import { type Btf, type BtfId, type BtfType, skipModifiers, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';

const t = bpf_prog_type;
const a = bpf_attach_type;
const SK_BUFF = '__sk_buff';
const REGISTERS = 'bpf_user_pt_regs_t';

/** How programs write the type of their context; typedefs too. @see include/linux/bpf_types.h (v6.12) */
const NAMES: Readonly<Record<number, string>> = {
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
  [t.BPF_PROG_TYPE_XDP]: 'xdp_md',
  [t.BPF_PROG_TYPE_CGROUP_SOCK]: 'bpf_sock',
  [t.BPF_PROG_TYPE_CGROUP_SOCK_ADDR]: 'bpf_sock_addr',
  [t.BPF_PROG_TYPE_SOCK_OPS]: 'bpf_sock_ops',
  [t.BPF_PROG_TYPE_SK_MSG]: 'sk_msg_md',
  [t.BPF_PROG_TYPE_KPROBE]: 'pt_regs',
  [t.BPF_PROG_TYPE_PERF_EVENT]: 'bpf_perf_event_data',
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT]: 'bpf_raw_tracepoint_args',
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE]: 'bpf_raw_tracepoint_args',
  [t.BPF_PROG_TYPE_CGROUP_DEVICE]: 'bpf_cgroup_dev_ctx',
  [t.BPF_PROG_TYPE_CGROUP_SYSCTL]: 'bpf_sysctl',
  [t.BPF_PROG_TYPE_CGROUP_SOCKOPT]: 'bpf_sockopt',
  [t.BPF_PROG_TYPE_SK_REUSEPORT]: 'sk_reuseport_md',
  [t.BPF_PROG_TYPE_SK_LOOKUP]: 'bpf_sk_lookup',
  [t.BPF_PROG_TYPE_NETFILTER]: 'bpf_nf_ctx',
};

/** The kernel's own names of packets, which programs may use instead. */
const KERNEL_NAMES: Readonly<Record<string, string>> = { [SK_BUFF]: 'sk_buff', xdp_md: 'xdp_buff' };

/** Programs of these types may say of their context what they like. */
const ANY: readonly number[] = [t.BPF_PROG_TYPE_TRACEPOINT, t.BPF_PROG_TYPE_SYSCALL, t.BPF_PROG_TYPE_EXT];

type Context = Pick<VerifyOptions, 'progType' | 'expectedAttachType'>;

/** Whether a pointer to the type is one to the context of such a program, by its name alone. */
export function isContextType({ progType }: Context, btf: Btf, to: BtfId): boolean {
  const wanted = NAMES[progType];
  const { name } = btf.typeById(skipModifiersAndTypedefs(btf, to));
  if (progType === t.BPF_PROG_TYPE_KPROBE && (name === REGISTERS || isRegisters(btf, to))) return true;
  return wanted !== undefined && name !== '' && (name === wanted || name === KERNEL_NAMES[wanted]);
}

/** @returns the kernel's words about an argument that is tagged as a context, and points to something else */
export function contextTagProblem(context: Context, btf: Btf, to: BtfId): string | undefined {
  const { progType } = context;
  const type = btf.typeById(skipModifiersAndTypedefs(btf, to));
  const isProbe = progType === t.BPF_PROG_TYPE_KPROBE || progType === t.BPF_PROG_TYPE_PERF_EVENT;
  if (type.kind === 'VOID' || (isProbe && isRegisters(btf, to))) return undefined;
  if (type.name === '') return "type doesn't have a name";
  if (ANY.includes(progType) || isArguments(context, type)) return undefined;
  if (progType === t.BPF_PROG_TYPE_PERF_EVENT && type.kind === 'STRUCT' && type.name === 'pt_regs') return undefined;
  const wanted = NAMES[progType];
  if (type.name === wanted) return undefined;
  return wanted === undefined ? 'should be void pointer' : `should be \`struct ${wanted} *\``;
}

/** What probes call the registers, whatever it is on the machine. */
function isRegisters(btf: Btf, to: BtfId): boolean {
  const type = btf.typeById(skipModifiers(btf, to));
  return type.kind === 'TYPEDEF' && type.name === REGISTERS;
}

/** Whether it is a row of words, as programs see the arguments of what they are attached to. */
function isArguments({ progType, expectedAttachType }: Context, type: BtfType): boolean {
  const isWords = type.kind === 'INT' && type.size === 8;
  switch (progType) {
    case t.BPF_PROG_TYPE_RAW_TRACEPOINT:
    case t.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
    case t.BPF_PROG_TYPE_LSM:
    case t.BPF_PROG_TYPE_STRUCT_OPS:
      return isWords;
    case t.BPF_PROG_TYPE_TRACING:
      if (expectedAttachType === a.BPF_TRACE_ITER) return type.kind === 'STRUCT' && type.name.startsWith('bpf_iter__');
      if (isWords) return true;
      return expectedAttachType === a.BPF_TRACE_RAW_TP && type.name === 'bpf_raw_tracepoint_args';
    default:
      return false;
  }
}
