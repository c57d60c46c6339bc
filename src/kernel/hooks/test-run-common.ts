import type { Errno, ProgTestRunAttr, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_prog_type, errno } from '../../uapi/index.ts';
import type { BpfProg } from '../core/prog.ts';
import type { Task } from '../tasks/task.ts';
import { errProgramFault } from './errors.ts';
import type { RunScope, Runtime } from './scope.ts';

/** What BPF_PROG_TEST_RUN is asked for, and by whom. */
export interface TestRun {
  readonly prog: BpfProg;
  readonly attr: ProgTestRunAttr;
  readonly task: Task;
}

/** Runs programs of one kind for BPF_PROG_TEST_RUN. */
export type TestRunner = (runtime: Runtime, run: TestRun) => ProgTestRunResult | Errno;

const MAX_DURATION = 0xffff_ffff;

const P = bpf_prog_type;
/** What test runs print says that packets are run with bottom halves off, raw tracepoints without preemption (6.18). */
const TRACE_FLAGS: ReadonlyMap<number, string> = new Map([
  ...[
    P.BPF_PROG_TYPE_XDP,
    P.BPF_PROG_TYPE_SOCKET_FILTER,
    P.BPF_PROG_TYPE_SCHED_CLS,
    P.BPF_PROG_TYPE_SCHED_ACT,
    P.BPF_PROG_TYPE_CGROUP_SKB,
    P.BPF_PROG_TYPE_LWT_IN,
    P.BPF_PROG_TYPE_LWT_OUT,
    P.BPF_PROG_TYPE_LWT_XMIT,
    P.BPF_PROG_TYPE_NETFILTER,
  ].map((type): [number, string] => [type, 'b..11']),
  [P.BPF_PROG_TYPE_FLOW_DISSECTOR, '...12'],
  [P.BPF_PROG_TYPE_SK_LOOKUP, '...12'],
  [P.BPF_PROG_TYPE_RAW_TRACEPOINT, '...2.'],
  [P.BPF_PROG_TYPE_TRACING, '...2.'],
]);

/** A scope for one run of a program on behalf of a task. */
export function testScope(runtime: Runtime, { prog, task, attr }: TestRun): RunScope {
  const traceFlags = TRACE_FLAGS.get(prog.header.type);
  return { runtime, prog, task, cpu: attr.cpu ?? 0, cookie: 0n, traceFlags, returnValue: 0, cleanup: [] };
}

/**
 * Enters the program `repeat` times.
 * @returns the last result and the mean time of a run in nanoseconds of the kernel's clock
 */
export function runRepeatedly(scope: RunScope, context: bigint, repeat: number): { retval: number; duration: number } {
  const { runtime } = scope;
  const begin = runtime.state.clock.now();
  const count = Math.max(repeat, 1);
  let retval = 0;
  for (let i = 0; i < count; i++) {
    const ended = runtime.run(scope, { context });
    for (const action of scope.cleanup.splice(0)) action();
    if (!ended.ok) throw errProgramFault(ended.fault);
    retval = Number(BigInt.asUintN(32, ended.r0));
  }
  const mean = (runtime.state.clock.now() - begin) / BigInt(count);
  return { retval, duration: Math.min(Number(mean), MAX_DURATION) };
}

/** What came out of a run, before it is cut to the room that the caller gave. */
export interface TestOutput {
  readonly retval: number;
  readonly duration: number;
  readonly data: Uint8Array;
  /** The context as it is now; undefined where the caller gave and asked for none. */
  readonly context?: Uint8Array;
}

/** The result for the caller: data and then context, each cut to its room; -ENOSPC where one was cut. */
export function finishRun(attr: ProgTestRunAttr, output: TestOutput): ProgTestRunResult {
  const { retval, duration, data, context } = output;
  const dataRoom = attr.dataSizeOut ?? 0;
  const dataShort = dataRoom > 0 && dataRoom < data.length;
  const result = {
    retval,
    duration,
    ...(dataRoom > 0 && { dataOut: data.slice(0, dataRoom) }),
    dataSizeOut: data.length,
    ctxSizeOut: attr.ctxSizeOut ?? 0,
  };
  if (dataShort || context === undefined) return { ...result, errno: dataShort ? -errno.ENOSPC : 0 };
  const contextRoom = attr.ctxSizeOut ?? 0;
  const contextShort = contextRoom > 0 && contextRoom < context.length;
  return {
    ...result,
    ...(contextRoom > 0 && { ctxOut: context.slice(0, contextRoom) }),
    ctxSizeOut: context.length,
    errno: contextShort ? -errno.ENOSPC : 0,
  };
}

/**
 * The context that a caller gave, as `size` bytes.
 * @returns undefined where it gave and asked for none; -E2BIG where it gave more than the kernel knows, and not zeros
 */
export function contextIn(attr: ProgTestRunAttr, size: number): Uint8Array | Errno | undefined {
  if (!attr.ctxIn && !attr.ctxSizeOut) return undefined;
  const given = attr.ctxIn ?? new Uint8Array(0);
  if (given.subarray(size).some((byte) => byte !== 0)) return -errno.E2BIG;
  const context = new Uint8Array(size);
  context.set(given.subarray(0, size));
  return context;
}
