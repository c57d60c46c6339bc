import type { Insns } from '../../isa/index.ts';
import {
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  insnOp,
  isGoto,
  isJump,
  isWide,
  jumpTarget,
} from '../../isa/index.ts';
import type { Patched } from './patch.ts';

/** Whether a jump has two ways on. */
export function isConditional(code: number): boolean {
  const op = insnOp(code);
  return isJump(code) && op !== BPF_JA && op !== BPF_CALL && op !== BPF_EXIT && op !== BPF_JCOND;
}

/**
 * Which instructions go: those that no path reaches, jumps that are never taken, and jumps to what comes next once the
 * others are gone.
 */
export function deadCode(insns: Insns, reached: Uint8Array): Uint8Array {
  const removed = new Uint8Array(insns.length);
  for (let i = 0; i < insns.length; i++) {
    if (!reached[i]) removed[i] = 1;
    else if (isConditional(insns.code(i)) && reached[i + 1] && !reached[target(insns, i)]) removed[i] = 1;
  }
  for (let i = 0; i < insns.length; i++) {
    const always = isConditional(insns.code(i)) && !reached[i + 1];
    if (removed[i] || !(isGoto(insns.code(i)) || always)) continue;
    const to = target(insns, i);
    if (to > i && removed.subarray(i + 1, to).every((gone) => gone)) removed[i] = 1;
    if (isWide(insns.code(i))) i++;
  }
  return removed;
}

/** Turns jumps that are always taken into plain ones. */
export function alwaysTaken(insns: Insns, reached: Uint8Array, { insns: out, starts }: Patched): void {
  for (let i = 0; i < insns.length; i++) {
    if (!reached[i] || !isConditional(insns.code(i)) || reached[i + 1] || starts[i] === starts[i + 1]) continue;
    out.set(starts[i], { code: BPF_JMP | BPF_JA, dst: 0, src: 0, off: out.off(starts[i]), imm: 0 });
  }
}

function target(insns: Insns, i: number): number {
  return jumpTarget(insns, i) ?? i + 1;
}
