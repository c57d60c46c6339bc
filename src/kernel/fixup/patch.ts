import type { Insn } from '../../isa/index.ts';
import {
  BPF_CALL,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD_IMM64,
  Insns,
  insnClass,
  insnOp,
  isJump,
  isWide,
} from '../../isa/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../../uapi/index.ts';

/** A program after instructions were replaced, taken out or put in front. */
export interface Patched {
  readonly insns: Insns;
  /** For each old instruction, and one past the last: where what stands for it begins. */
  readonly starts: Uint32Array;
}

/**
 * Puts a program together anew. Jumps, calls and function pointers of old instructions lead to where their target went;
 * those of replacements stay inside their replacement.
 * @param replacement for each old instruction: what stands for it; undefined keeps it, an empty list takes it out
 * @returns undefined where a jump became too far for its field
 */
export function patchProgram(
  insns: Insns,
  replacement: (index: number) => readonly Insn[] | undefined,
  prologue: readonly Insn[] = [],
): Patched | undefined {
  const starts = new Uint32Array(insns.length + 1);
  const lists = new Array<readonly Insn[] | undefined>(insns.length);
  let length = prologue.length;
  for (let i = 0; i < insns.length; i++) {
    lists[i] = replacement(i);
    starts[i] = length;
    length += lists[i]?.length ?? 1;
    if (isWide(insns.code(i)) && i + 1 < insns.length) {
      starts[i + 1] = length;
      lists[i + 1] = lists[i] && [];
      length += lists[i] ? 0 : 1;
      i++;
    }
  }
  starts[insns.length] = length;
  const out = Insns.alloc(length, insns.endian);
  for (const [i, insn] of prologue.entries()) out.set(i, insn);
  for (let i = 0; i < insns.length; i++) {
    const list = lists[i];
    if (list) {
      for (const [n, insn] of list.entries()) out.set(starts[i] + n, insn);
    } else {
      out.set(starts[i], insns.get(i));
      const second = i > 0 && isWide(insns.code(i - 1)) && lists[i - 1] === undefined;
      if (!second && !retarget(insns, i, { out, starts })) return undefined;
    }
  }
  if (prologue.length > 0) starts[0] = 0;
  return { insns: out, starts };
}

/** Lets the jump, call or function pointer at `i` lead to where its target went. @returns whether it still fits */
function retarget(insns: Insns, i: number, { out, starts }: { out: Insns; starts: Uint32Array }): boolean {
  const code = insns.code(i);
  const at = starts[i];
  const moved = (distance: number) => {
    const target = i + 1 + distance;
    return target < 0 || target > insns.length ? undefined : starts[target] - (at + 1);
  };
  if (code === BPF_LD_IMM64) {
    if (insns.src(i) !== bpf_pseudo.BPF_PSEUDO_FUNC) return true;
    const to = moved(insns.imm(i));
    if (to !== undefined) out.setImm(at, to);
    return true;
  }
  if (!isJump(code)) return true;
  const op = insnOp(code);
  if (op === BPF_CALL) {
    if (insnClass(code) !== BPF_JMP || insns.src(i) !== bpf_pseudo_call.BPF_PSEUDO_CALL) return true;
    const to = moved(insns.imm(i));
    if (to !== undefined) out.setImm(at, to);
    return true;
  }
  if (code === (BPF_JMP32 | BPF_JA)) {
    const to = moved(insns.imm(i));
    if (to !== undefined) out.setImm(at, to);
    return true;
  }
  const off = insns.off(i);
  const to = moved(off);
  if (to === undefined) return true;
  if (to < -0x8000 || to > 0x7fff) return false;
  if (to !== off) out.setOff(at, to);
  return true;
}
