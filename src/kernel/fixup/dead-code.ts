import type { Insns } from '../../isa/index.ts';
import { BPF_CALL, BPF_EXIT, BPF_JA, BPF_JCOND, BPF_JMP, insnOp, isJump, isWide, jumpTarget } from '../../isa/index.ts';

const JA = BPF_JMP | BPF_JA;
const MAY_GOTO = BPF_JMP | BPF_JCOND;

/** Whether a jump has two ways on. */
function isConditional(code: number): boolean {
  const op = insnOp(code);
  return isJump(code) && op !== BPF_JA && op !== BPF_CALL && op !== BPF_EXIT && op !== BPF_JCOND;
}

/** Makes plain jumps of conditions of which no path takes one way. @see kernel/bpf/verifier.c (v6.18) */
export function hardWire(insns: Insns, reached: Uint8Array): void {
  for (let i = 0; i < insns.length; i++) {
    if (!reached[i] || !isConditional(insns.code(i))) continue;
    if (!reached[i + 1]) setJump(insns, i, insns.off(i));
    else if (!reached[jumpTarget(insns, i) ?? i + 1]) setJump(insns, i, 0);
  }
}

/** What no path reaches becomes a jump to itself: a processor that guesses wrong stays there. */
export function trapDeadCode(insns: Insns, reached: Uint8Array): void {
  for (let i = 0; i < insns.length; i++) if (!reached[i]) setJump(insns, i, -1);
}

function setJump(insns: Insns, i: number, off: number): void {
  insns.set(i, { code: JA, dst: 0, src: 0, off, imm: 0 });
}

/**
 * Which instructions go: those that no path reaches, then, from the first on, jumps to what comes next. A jump over one
 * that goes later stays, but `may_goto` before another.
 */
export function deadCode(insns: Insns, reached: Uint8Array): Uint8Array {
  const removed = Uint8Array.from(reached, (path) => (path ? 0 : 1));
  for (let i = 0; i < insns.length; i++) {
    const code = insns.code(i);
    if (isWide(code)) {
      i++;
      continue;
    }
    if (removed[i] || (code !== JA && code !== MAY_GOTO) || !leadsOn(insns, i, removed)) continue;
    removed[i] = 1;
    if (code === MAY_GOTO) i = Math.max(removed.lastIndexOf(0, i), 0) - 1;
  }
  return removed;
}

/** Whether a jump leads to the next instruction that is left. */
function leadsOn(insns: Insns, i: number, removed: Uint8Array): boolean {
  const target = i + 1 + insns.off(i);
  if (target <= i) return false;
  const left = removed.indexOf(0, i + 1);
  return left < 0 || left >= target;
}
