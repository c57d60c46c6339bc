import { bpf_pseudo_call } from '../../uapi/index.ts';
import { prototypeFor } from '../calls/helper-user.ts';
import type { VerifyOptions } from '../options.ts';

const MAX_ARGUMENTS = 5;

/** How many registers, from R1 on, the call at `insn` reads: all five where nothing is known of it. */
export function argumentsOf(options: VerifyOptions, insn: number): number {
  const { insns } = options;
  switch (insns.src(insn)) {
    case 0:
      return prototypeFor({ options }, insns.imm(insn))?.args.length ?? MAX_ARGUMENTS;
    case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL:
      return kfuncArguments(options, insn) ?? MAX_ARGUMENTS;
    default:
      return MAX_ARGUMENTS;
  }
}

function kfuncArguments({ insns, ...options }: VerifyOptions, insn: number): number | undefined {
  const [id, slot] = [insns.imm(insn), insns.off(insn)];
  const btf = slot === 0 ? options.vmlinux() : options.moduleBtf?.(slot)?.btf;
  const fn = btf?.has(id) ? btf.typeById(id) : undefined;
  const proto = fn?.kind === 'FUNC' ? btf!.typeById(fn.type) : undefined;
  return proto?.kind === 'FUNC_PROTO' ? proto.params.length : undefined;
}
