import { bpf_prog_type } from '../uapi/index.ts';
import type { ContextStruct } from './context.ts';
import {
  skLookupContext,
  skMsgContext,
  skReuseportContext,
  sockAddrContext,
  sockOpsContext,
  xdpContext,
} from './context-net.table.ts';
import { perfEventContext, sockoptContext, sysctlContext } from './context-other.table.ts';
import { flowDissectorContext, skBuffContext, skSkbContext, sockContext, tcContext } from './context-skb.table.ts';

const contexts = new Map<number, ContextStruct>([
  [bpf_prog_type.BPF_PROG_TYPE_XDP, xdpContext],
  [bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS, tcContext],
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_ACT, tcContext],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_IN, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_OUT, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_XMIT, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_SEG6LOCAL, skBuffContext],
  [bpf_prog_type.BPF_PROG_TYPE_SK_SKB, skSkbContext],
  [bpf_prog_type.BPF_PROG_TYPE_FLOW_DISSECTOR, flowDissectorContext],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK, sockContext],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, sockAddrContext],
  [bpf_prog_type.BPF_PROG_TYPE_SOCK_OPS, sockOpsContext],
  [bpf_prog_type.BPF_PROG_TYPE_SK_MSG, skMsgContext],
  [bpf_prog_type.BPF_PROG_TYPE_SK_REUSEPORT, skReuseportContext],
  [bpf_prog_type.BPF_PROG_TYPE_SK_LOOKUP, skLookupContext],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SYSCTL, sysctlContext],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCKOPT, sockoptContext],
  [bpf_prog_type.BPF_PROG_TYPE_PERF_EVENT, perfEventContext],
]);

/**
 * The context of a program type whose accesses are translated. Undefined where programs see the kernel's object, or their
 * arguments, as they are (kprobe, tracepoints, tracing, LSM, struct_ops, syscall, cgroup_device, netfilter).
 */
export function contextOfProgType(progType: number): ContextStruct | undefined {
  return contexts.get(progType);
}
