import type { Errno, ProgTestRunAttr, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_prog_type, errno } from '../../uapi/index.ts';
import type { BpfProg } from '../core/prog.ts';
import type { TaskInfo } from '../core/task.ts';
import type { Runtime } from './scope.ts';
import type { TestRunner } from './test-run-common.ts';
import { testRunXdp } from './test-run-xdp.ts';

const runners: ReadonlyMap<number, TestRunner> = new Map([[bpf_prog_type.BPF_PROG_TYPE_XDP, testRunXdp]]);

/** BPF_PROG_TEST_RUN: -ENOTSUPP for program types that Linux does not run on demand. */
export function testRun(
  runtime: Runtime,
  { prog, attr, task }: { readonly prog: BpfProg; readonly attr: ProgTestRunAttr; readonly task: TaskInfo },
): ProgTestRunResult | Errno {
  const runner = runners.get(prog.header.type);
  if (!runner) return -errno.ENOTSUPP;
  return runner(runtime, { prog, attr, task: runtime.tasks.of(task) });
}
