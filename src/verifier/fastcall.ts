import { BPF_CALL, BPF_DW, BPF_JMP, BPF_LDX, BPF_MEM, BPF_REG_FP, BPF_STX, type Insns } from '../isa/index.ts';
import { bpf_func_id } from '../uapi/index.ts';

/** Helpers that clobber no register but R0, so that what the compiler spills around them need not be spilled. */
const FASTCALLS: readonly number[] = [bpf_func_id.BPF_FUNC_get_smp_processor_id];
/** Registers that a call clobbers otherwise: no more than these are spilled. */
const CLOBBERED = 5;

/**
 * Spills right before such a call that are filled right after it, mirror-wise, and the fills: the kernel takes them out
 * and does not count their stack.
 * @see Documentation of `bpf_fastcall` in LLVM; kernel/bpf/verifier.c (v6.12)
 */
export function fastcallSpills(insns: Insns): ReadonlySet<number> {
  const found = new Set<number>();
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== (BPF_JMP | BPF_CALL) || insns.src(i) !== 0 || !FASTCALLS.includes(insns.imm(i))) continue;
    for (let n = 1; n <= CLOBBERED && isPair(insns, i - n, i + n); n++) found.add(i - n).add(i + n);
  }
  return found;
}

function isPair(insns: Insns, spill: number, fill: number): boolean {
  if (spill < 0 || fill >= insns.length) return false;
  return (
    insns.code(spill) === (BPF_STX | BPF_MEM | BPF_DW) &&
    insns.code(fill) === (BPF_LDX | BPF_MEM | BPF_DW) &&
    insns.dst(spill) === BPF_REG_FP &&
    insns.src(fill) === BPF_REG_FP &&
    insns.src(spill) === insns.dst(fill) &&
    insns.src(spill) >= 1 &&
    insns.src(spill) <= CLOBBERED &&
    insns.off(spill) === insns.off(fill)
  );
}
