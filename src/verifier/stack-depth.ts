import { type Insns, subprogramTarget } from '../isa/index.ts';
import { bpf_attach_type, bpf_func_id, bpf_prog_type, errno, MAX_BPF_STACK } from '../uapi/index.ts';
import { denied, type Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';

/** Functions that may wait for one another. */
const MAX_CALL_FRAMES = 8;
/** A frame's size is a multiple of this to a kernel that compiles programs. */
const FRAME_ALIGN = 16;
/** Smaller frames stay on the kernel's stack. */
const PRIVATE_STACK_MIN = 64;
/** Callers of a function that makes tail calls have less than this. */
const TAIL_CALL_STACK = 256;

/** One function's calls, in order of the instructions. */
type CallGraph = readonly (readonly number[])[];

/** A program as far as its stacks matter. */
export interface StackShape {
  readonly subprograms: readonly number[];
  readonly stackDepths: readonly number[];
  /** After a walk over all paths: by subprogram, 1 where it runs later and on its own. */
  readonly asyncCallbacks?: Uint8Array;
  /** Frames of some size are put elsewhere than on the kernel's stack. */
  readonly privateStacks?: boolean;
}

/** No chain of calls is longer than eight frames, or takes more stack than there is. */
export function checkStackDepth(insns: Insns, shape: StackShape): Refusal | undefined {
  const calls = callGraph(insns, shape);
  if (longestChain(calls) > MAX_CALL_FRAMES) {
    // A walk over all paths would have said so first, but for a recursion that ends.
    const frames = shape.asyncCallbacks
      ? `${MAX_CALL_FRAMES} frames is too deep !`
      : `${MAX_CALL_FRAMES + 1} frames is too deep`;
    return { errno: errno.E2BIG, text: `the call stack of ${frames}` };
  }
  const tailCalls = shape.subprograms.map((_, sub) => hasTailCall(insns, shape.subprograms, sub));
  const frames = framesOf(shape, tailCalls);
  const normal = new Uint8Array(calls.length);
  for (let sub = calls.length - 1; sub >= 0; sub--) {
    if (sub > 0 && !shape.asyncCallbacks?.[sub]) continue;
    const refusal = deepestStack({ calls, frames, tailCalls, normal, root: sub });
    if (refusal) return refusal;
  }
  return undefined;
}

function callGraph(insns: Insns, { subprograms, asyncCallbacks }: StackShape): CallGraph {
  const index = new Map(subprograms.map((start, sub) => [start, sub]));
  return subprograms.map((start, sub) => {
    const called = new Set<number>();
    for (let i = start; i < (subprograms[sub + 1] ?? insns.length); i++) {
      const target = index.get(subprogramTarget(insns, i) ?? -1);
      if (target === undefined) continue;
      // A function whose address is taken is called by somebody in between, if it does not run later.
      if (isCall(insns.code(i)) || asyncCallbacks?.[target] === 0) called.add(target);
    }
    return [...called];
  });
}

function hasTailCall(insns: Insns, subprograms: readonly number[], sub: number): boolean {
  for (let i = subprograms[sub]; i < (subprograms[sub + 1] ?? insns.length); i++) {
    if (isCall(insns.code(i)) && insns.src(i) === 0 && insns.imm(i) === bpf_func_id.BPF_FUNC_tail_call) return true;
  }
  return false;
}

interface FrameSize {
  readonly size: number;
  /** It may lie elsewhere than on the kernel's stack. */
  readonly movable: boolean;
}

/** A frame as each subprogram has it. Tail calls and stacks of their own do not go together. */
function framesOf({ stackDepths, privateStacks }: StackShape, tailCalls: readonly boolean[]): FrameSize[] {
  const movable = privateStacks === true && !tailCalls.includes(true);
  return stackDepths.map((depth) => {
    const size = Math.ceil(depth / FRAME_ALIGN) * FRAME_ALIGN;
    return { size, movable: movable && size >= PRIVATE_STACK_MIN };
  });
}

/** Frames of the longest chain of calls from the main function; more than eight stands for any such number. */
function longestChain(calls: CallGraph): number {
  let level = new Set([0]);
  for (let frames = 1; frames <= MAX_CALL_FRAMES; frames++) {
    const next = new Set<number>();
    for (const sub of level) for (const called of calls[sub]) next.add(called);
    if (next.size === 0) return frames;
    level = next;
  }
  return MAX_CALL_FRAMES + 1;
}

interface Deepening {
  readonly calls: CallGraph;
  readonly frames: readonly FrameSize[];
  readonly tailCalls: readonly boolean[];
  /** By subprogram: 1 where a callback that runs later uses it, and it lies on the kernel's stack. */
  readonly normal: Uint8Array;
  readonly root: number;
}

function deepestStack({ calls, frames, tailCalls, normal, root }: Deepening): Refusal | undefined {
  /** The most stack that callers were seen to hold when a function was entered: less need not be looked at again. */
  const seen = new Array<number>(calls.length).fill(-1);
  const work = [{ sub: root, above: 0, count: 1 }];
  for (let at: (typeof work)[number] | undefined; (at = work.pop()); ) {
    const { sub, above, count } = at;
    if (above <= seen[sub]) continue;
    seen[sub] = above;
    if (sub > 0 && tailCalls[sub] && above >= TAIL_CALL_STACK) {
      return denied(`tail_calls are not allowed when call stack of previous frames is ${above} bytes. Too large`);
    }
    if (root > 0) normal[sub] = 1;
    const elsewhere = frames[sub].movable && !normal[sub];
    const total = above + (elsewhere ? 0 : frames[sub].size);
    if (total > MAX_BPF_STACK) return denied(`combined stack size of ${count} calls is ${total}. Too large`);
    for (const called of [...calls[sub]].reverse()) work.push({ sub: called, above: total, count: count + 1 });
  }
  return undefined;
}

const P = bpf_prog_type;
const TRACED: readonly number[] = [
  P.BPF_PROG_TYPE_KPROBE,
  P.BPF_PROG_TYPE_TRACEPOINT,
  P.BPF_PROG_TYPE_PERF_EVENT,
  P.BPF_PROG_TYPE_RAW_TRACEPOINT,
];

/** Whether programs of a type, which may begin anywhere, get stacks of their own (Linux 6.13 on). */
export function hasPrivateStacks(progType: number, expectedAttachType: number): boolean {
  if (progType !== P.BPF_PROG_TYPE_TRACING) return TRACED.includes(progType);
  return expectedAttachType !== bpf_attach_type.BPF_TRACE_ITER;
}
