import { type Btf, type BtfType, skipModifiers } from '../../btf/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';

/** The struct of the kernel's BTF that has, for each program type, what its context is to programs and to the kernel. */
const CONTEXTS = 'bpf_ctx_convert';
const NAMES = new Map<number, string>(Object.entries(bpf_prog_type).map(([name, type]) => [type, name]));

/** What the context of a program is to the kernel; undefined where its BTF does not say it. */
export function kernelContext(btf: Btf | undefined, progType: number): BtfType | undefined {
  const wanted = `${NAMES.get(progType)}_kern`;
  const member = btf?.findByName(CONTEXTS, 'STRUCT')?.members.find(({ name }) => name === wanted);
  return btf && member && btf.typeById(skipModifiers(btf, member.type));
}
