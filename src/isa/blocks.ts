import { bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import { insnClass, insnOp, isGoto, isJump, isWide } from './decode.ts';
import type { Insns } from './insns.ts';
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_JMP32 } from './opcodes.ts';

/** A run of instructions that is entered at its first and left after its last. */
export interface BasicBlock {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** The block that follows where the last instruction does not jump, by index; undefined after `goto` and `exit`. */
  readonly next: number | undefined;
  /** The block that the last instruction may jump to, by index. */
  readonly jump: number | undefined;
}

/** Whether control never goes on to the next instruction. */
export function isEnd(code: number): boolean {
  return isGoto(code) || code === (BPF_JMP | BPF_EXIT);
}

/** The instruction that the `goto` or conditional jump at `i` may go to; undefined where it is no jump. */
export function jumpTarget(insns: Insns, i: number): number | undefined {
  const code = insns.code(i);
  if (!isJump(code)) return undefined;
  if (isGoto(code)) return i + 1 + (insnClass(code) === BPF_JMP32 ? insns.imm(i) : insns.off(i));
  const op = insnOp(code);
  return op === BPF_CALL || op === BPF_EXIT ? undefined : i + 1 + insns.off(i);
}

/** The subprogram that the instruction at `i` calls, or whose address it loads, by its first instruction. */
export function subprogramTarget(insns: Insns, i: number): number | undefined {
  const code = insns.code(i);
  const call = code === (BPF_JMP | BPF_CALL) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL;
  const address = isWide(code) && insns.src(i) === bpf_pseudo.BPF_PSEUDO_FUNC;
  return call || address ? i + 1 + insns.imm(i) : undefined;
}

/** First instruction of each subprogram, ascending, 0 first: what is called or has its address taken. */
export function findSubprograms(insns: Insns): number[] {
  const starts = new Set([0]);
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) {
    const target = subprogramTarget(insns, i);
    if (target !== undefined && target >= 0 && target < insns.length) starts.add(target);
  }
  return [...starts].sort((a, b) => a - b);
}

/**
 * The basic blocks of the instructions `start` to `end`, in their order. Jumps out of them are left out; a call does not
 * end a block.
 */
export function basicBlocks(insns: Insns, start = 0, end = insns.length): BasicBlock[] {
  const leaders = new Set([start]);
  for (let i = start; i < end; i += isWide(insns.code(i)) ? 2 : 1) {
    const target = jumpTarget(insns, i);
    if (target !== undefined && target >= start && target < end) leaders.add(target);
    if ((target !== undefined || isEnd(insns.code(i))) && i + 1 < end) leaders.add(i + 1);
  }
  const starts = [...leaders].sort((a, b) => a - b);
  const indexOf = new Map(starts.map((at, index) => [at, index]));
  return starts.map((at, index) => {
    const stop = starts[index + 1] ?? end;
    let last = at;
    for (let i = at; i < stop; i += isWide(insns.code(i)) ? 2 : 1) last = i;
    const target = jumpTarget(insns, last);
    return {
      start: at,
      end: stop,
      next: isEnd(insns.code(last)) ? undefined : indexOf.get(stop),
      jump: target === undefined ? undefined : indexOf.get(target),
    };
  });
}
