import {
  BPF_CALL,
  BPF_JMP,
  findSubprograms,
  type Insns,
  isEnd,
  isWide,
  jumpTarget,
  subprogramTarget,
} from '../isa/index.ts';
import { errno } from '../uapi/index.ts';
import { invalid, type Refusal } from './refusal.ts';

/** Subprograms of one program: BPF_MAX_SUBPROGS. */
const MAX_SUBPROGS = 256;

/**
 * First instruction of each subprogram, once every call and function address leads into the program.
 * @param extra one that no instruction refers to
 */
export function checkSubprograms(insns: Insns, extra?: number): readonly number[] | Refusal {
  for (let i = 0; i < insns.length; i++) {
    const target = subprogramTarget(insns, i);
    if (target !== undefined && (target < 0 || target >= insns.length)) return invalid('call to invalid destination');
  }
  if (extra !== undefined && extra >= insns.length) return invalid('call to invalid destination');
  const starts = findSubprograms(insns);
  if (extra !== undefined && !starts.includes(extra)) starts.push(extra);
  starts.sort((a, b) => a - b);
  return starts.length > MAX_SUBPROGS ? { errno: errno.E2BIG, text: 'too many subprograms' } : starts;
}

/** Every jump stays in its subprogram, and none runs over its end. */
export function checkJumps(insns: Insns, subprograms: readonly number[]): Refusal | undefined {
  for (let sub = 0; sub < subprograms.length; sub++) {
    const start = subprograms[sub];
    const end = subprograms[sub + 1] ?? insns.length;
    for (let i = start; i < end; i++) {
      const target = jumpTarget(insns, i);
      if (target !== undefined && (target < start || target >= end)) {
        return invalid(`jump out of range from insn ${i} to ${target}`);
      }
      if (i === end - 1 && !isEnd(insns.code(i))) return invalid('last insn is not an exit or jmp');
    }
  }
  return undefined;
}

/**
 * No jump leads into the second half of a wide instruction, and every instruction can be come to from the beginning of
 * the program, through calls and function addresses too, or from `extra`.
 */
export function checkReachable(insns: Insns, extra?: number): Refusal | undefined {
  const seen = new Uint8Array(insns.length);
  const work = [0];
  seen[0] = 1;
  const visit = (i: number | undefined): void => {
    if (i === undefined || i >= insns.length || seen[i]) return;
    seen[i] = 1;
    work.push(i);
  };
  visit(extra);
  for (let i: number | undefined; (i = work.pop()) !== undefined; ) {
    visit(jumpTarget(insns, i));
    visit(subprogramTarget(insns, i));
    if (!isEnd(insns.code(i))) visit(i + (isWide(insns.code(i)) ? 2 : 1));
  }
  for (let i = 0; i < insns.length; i++) {
    if (!seen[i]) return invalid(`unreachable insn ${i}`);
    if (!isWide(insns.code(i))) continue;
    if (seen[i + 1]) return invalid(`jump into the middle of ldimm64 insn ${i}`);
    i++;
  }
  return undefined;
}

/** Whether the instruction calls something. */
export function isCall(code: number): boolean {
  return code === (BPF_JMP | BPF_CALL);
}
