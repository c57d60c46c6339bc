import { BPF_CALL, BPF_JMP } from '../../isa/index.ts';
import { bpf_pseudo_call, errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { kfuncNameAt } from '../prune/call-kind.ts';
import { invalid, type Refusal } from '../refusal.ts';

/** Different kfuncs that a program may call. */
const MAX_KFUNCS = 256;

/** What is wrong with calls of kfuncs wherever they stand. */
export function checkKfuncCalls(options: VerifyOptions): Refusal | undefined {
  const { insns } = options;
  const called = new Set<string>();
  for (let insn = 0; insn < insns.length; insn++) {
    if (insns.code(insn) !== (BPF_JMP | BPF_CALL)) continue;
    if (insns.src(insn) !== bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL) continue;
    if (!options.gplCompatible) return invalid('cannot call kernel function from non-GPL compatible program');
    if (insns.imm(insn) === 0 && insns.off(insn) === 0) continue;
    called.add(`${insns.off(insn)} ${insns.imm(insn)}`);
    if (called.size > MAX_KFUNCS) return { errno: errno.E2BIG, text: 'too many different kernel function calls' };
    const name = kfuncNameAt(options, insn);
    if (name.startsWith('bpf_xdp_metadata_')) return invalid('metadata kfuncs require device-bound program');
  }
  return undefined;
}
