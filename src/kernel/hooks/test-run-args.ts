import type { Errno, ProgTestRunAttr, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_attach_type, errno } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { Runtime } from './scope.ts';
import type { TestRun } from './test-run-common.ts';
import { runRepeatedly, testScope } from './test-run-common.ts';

/** Most arguments of a traced function, 8 bytes each. */
const MAX_ARGS_SIZE = 12 * 8;
const MAX_SYSCALL_CONTEXT = 0xffff;
/** BPF_F_TEST_RUN_ON_CPU */
const ON_CPU = 1;

function asksForPacket({ dataIn, dataSizeOut, ctxSizeOut, repeat, batchSize }: ProgTestRunAttr): boolean {
  return Boolean(dataIn?.length || dataSizeOut || ctxSizeOut || repeat || batchSize);
}

/** Runs a program once on a context of plain bytes. @returns the result, and what the context is then */
function runOnBytes(
  runtime: Runtime,
  run: TestRun,
  { bytes, room }: { bytes: Uint8Array; room: number },
): { result: ProgTestRunResult; context: Uint8Array } {
  const { memory } = runtime.state;
  const region = memory.alloc(Math.max(room, 1), { kind: 'context', name: 'context' });
  try {
    memory.bytes().set(bytes, region.offset);
    const { retval } = runRepeatedly(testScope(runtime, run), kernelAddress(region.offset), 1);
    const context = memory.bytes().slice(region.offset, region.offset + bytes.length);
    return { result: { retval, duration: 0, dataSizeOut: 0, ctxSizeOut: 0, errno: 0 }, context };
  } finally {
    memory.free(region);
  }
}

/** BPF_PROG_TEST_RUN of raw tracepoints: the context is the arguments. */
export function testRunRawTracepoint(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr } = run;
  const bytes = attr.ctxIn ?? new Uint8Array(0);
  const onCpu = ((attr.flags ?? 0) & ON_CPU) !== 0;
  if (asksForPacket(attr) || bytes.length > MAX_ARGS_SIZE || (attr.flags ?? 0) & ~ON_CPU) return -errno.EINVAL;
  if (!onCpu && attr.cpu) return -errno.EINVAL;
  if (onCpu && (attr.cpu ?? 0) >= runtime.state.profile.cpus) return -errno.ENXIO;
  return runOnBytes(runtime, run, { bytes, room: MAX_ARGS_SIZE }).result;
}

/** BPF_PROG_TEST_RUN of syscall programs: the context is the caller's bytes, which the program may change. */
export function testRunSyscall(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr } = run;
  const bytes = attr.ctxIn ?? new Uint8Array(0);
  if (asksForPacket(attr) || attr.flags || bytes.length > MAX_SYSCALL_CONTEXT) return -errno.EINVAL;
  const { result, context } = runOnBytes(runtime, run, { bytes, room: bytes.length });
  bytes.set(context);
  return result;
}

/**
 * BPF_PROG_TEST_RUN of tracing programs. BTF raw tracepoints run as raw tracepoints do; for fentry and fexit Linux calls
 * its own test functions, which are right here: the programs attached to them run, this one only if it is.
 */
export function testRunTracing(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  switch (run.prog.header.expectedAttachType) {
    case bpf_attach_type.BPF_TRACE_RAW_TP:
      return testRunRawTracepoint(runtime, run);
    case bpf_attach_type.BPF_TRACE_FENTRY:
    case bpf_attach_type.BPF_TRACE_FEXIT:
      if (run.attr.flags || run.attr.cpu || run.attr.batchSize) return -errno.EINVAL;
      return { retval: 0, duration: 0, dataSizeOut: 0, ctxSizeOut: 0, errno: 0 };
    default:
      return -errno.ENOTSUPP;
  }
}
