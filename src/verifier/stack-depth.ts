import { type Insns, subprogramTarget } from '../isa/index.ts';
import { errno, MAX_BPF_STACK } from '../uapi/index.ts';
import { denied, type Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';

/** Functions that may wait for one another. */
const MAX_CALL_FRAMES = 8;
/** A frame's size is a multiple of this to a kernel that compiles programs. */
const FRAME_ALIGN = 16;

/** One function's calls, in order of the instructions. */
type CallGraph = readonly (readonly number[])[];

/** No chain of calls is longer than eight frames, or takes more stack than there is. */
export function checkStackDepth(
  insns: Insns,
  shape: {
    readonly subprograms: readonly number[];
    readonly stackDepths: readonly number[];
    readonly walked?: boolean;
  },
): Refusal | undefined {
  const calls = callGraph(insns, shape.subprograms);
  if (longestChain(calls) > MAX_CALL_FRAMES) {
    // A walk over all paths would have said so first, but for a recursion that ends.
    const text = shape.walked ? `${MAX_CALL_FRAMES} frames is too deep !` : `${MAX_CALL_FRAMES + 1} frames is too deep`;
    return { errno: errno.E2BIG, text: `the call stack of ${text}` };
  }
  return deepestStack(calls, shape.stackDepths);
}

function callGraph(insns: Insns, subprograms: readonly number[]): CallGraph {
  const index = new Map(subprograms.map((start, sub) => [start, sub]));
  return subprograms.map((start, sub) => {
    const end = subprograms[sub + 1] ?? insns.length;
    const called = new Set<number>();
    for (let i = start; i < end; i++) {
      const target = isCall(insns.code(i)) ? subprogramTarget(insns, i) : undefined;
      if (target !== undefined) called.add(index.get(target)!);
    }
    return [...called];
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

function deepestStack(calls: CallGraph, depths: readonly number[]): Refusal | undefined {
  /** The most stack that callers were seen to hold when a function was entered: less need not be looked at again. */
  const seen = new Array<number>(calls.length).fill(-1);
  const work = [{ sub: 0, above: 0, frames: 1 }];
  for (let at: (typeof work)[number] | undefined; (at = work.pop()); ) {
    const { sub, above, frames } = at;
    if (above <= seen[sub]) continue;
    seen[sub] = above;
    const total = above + Math.ceil(depths[sub] / FRAME_ALIGN) * FRAME_ALIGN;
    if (total > MAX_BPF_STACK) return denied(`combined stack size of ${frames} calls is ${total}. Too large`);
    for (const called of [...calls[sub]].reverse()) work.push({ sub: called, above: total, frames: frames + 1 });
  }
  return undefined;
}
