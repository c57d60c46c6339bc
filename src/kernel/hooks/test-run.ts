import type { Errno, ProgTestRunAttr, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_prog_type, errno } from '../../uapi/index.ts';
import type { BpfProg } from '../core/prog.ts';
import type { TaskInfo } from '../core/task.ts';
import type { Runtime } from './scope.ts';
import { testRunRawTracepoint, testRunSyscall, testRunTracing } from './test-run-args.ts';
import type { TestRunner } from './test-run-common.ts';
import { testRunFlowDissector, testRunNetfilter, testRunSkLookup } from './test-run-net.ts';
import { testRunSkb } from './test-run-skb.ts';
import { testRunXdp } from './test-run-xdp.ts';

const runners: ReadonlyMap<number, TestRunner> = new Map([
  [bpf_prog_type.BPF_PROG_TYPE_XDP, testRunXdp],
  [bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_ACT, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_IN, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_OUT, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_LWT_XMIT, testRunSkb],
  [bpf_prog_type.BPF_PROG_TYPE_FLOW_DISSECTOR, testRunFlowDissector],
  [bpf_prog_type.BPF_PROG_TYPE_SK_LOOKUP, testRunSkLookup],
  [bpf_prog_type.BPF_PROG_TYPE_NETFILTER, testRunNetfilter],
  [bpf_prog_type.BPF_PROG_TYPE_RAW_TRACEPOINT, testRunRawTracepoint],
  [bpf_prog_type.BPF_PROG_TYPE_SYSCALL, testRunSyscall],
  [bpf_prog_type.BPF_PROG_TYPE_TRACING, testRunTracing],
]);

/** BPF_PROG_TEST_RUN: -ENOTSUPP for program types that Linux does not run on demand. */
export function testRun(
  runtime: Runtime,
  { prog, attr, task }: { readonly prog: BpfProg; readonly attr: ProgTestRunAttr; readonly task: TaskInfo },
): ProgTestRunResult | Errno {
  const runner = runners.get(prog.header.type);
  if (!runner) return -errno.ENOTSUPP;
  return runner(runtime, { prog, attr, task: runtime.tasks.of(task) });
}
