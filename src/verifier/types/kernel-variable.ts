import { type Btf, type BtfId, isComposite, resolveType, sizeOf } from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { MEM_PERCPU, MEM_RDONLY, PTR_TO_BTF_ID, PTR_TO_MEM } from '../state/reg-type.ts';

/** What a wide instruction yields that names a variable of the kernel, or a function. */
export type KernelVariable =
  /** An object, or one of each processor. */
  | { readonly type: number; readonly typeId: BtfId; readonly btf: Btf }
  /** Bytes that may be read. */
  | { readonly type: number; readonly size: number };

/** @see kernel/bpf/verifier.c (v6.18), what `BPF_PSEUDO_BTF_ID` is taken for */
export function kernelVariable(options: VerifyOptions, insn: number): KernelVariable | Refusal {
  const id = options.insns.imm(insn);
  const fd = options.insns.imm(insn + 1);
  const btf = fd === 0 ? options.vmlinux() : options.btfByFd?.(fd);
  if (!btf) {
    if (fd !== 0) return invalid('invalid module BTF object FD specified.');
    return invalid('kernel is missing BTF, make sure CONFIG_DEBUG_INFO_BTF=y is specified in Kconfig.');
  }
  const type = btf.has(id) ? btf.typeById(id) : undefined;
  if (!type) return { errno: errno.ENOENT, text: `ldimm64 insn specifies invalid btf_id ${id}.` };
  if (type.kind !== 'VAR' && type.kind !== 'FUNC') {
    return invalid(`pseudo btf_id ${id} in ldimm64 isn't KIND_VAR or KIND_FUNC`);
  }
  if (options.symbol?.(type.name) === undefined) {
    const text = `ldimm64 failed to find the address for kernel symbol '${type.name}'.`;
    return { errno: errno.ENOENT, text };
  }
  if (type.kind === 'FUNC') return { type: PTR_TO_MEM | MEM_RDONLY, size: 0 };
  if (isPerProcessor(btf, id)) return { type: PTR_TO_BTF_ID | MEM_PERCPU, typeId: type.type, btf };
  const content = resolveType(btf, type.type);
  if (isComposite(content)) return { type: PTR_TO_BTF_ID, typeId: type.type, btf };
  const size = sizeOf(btf, content.id);
  if (size === undefined) {
    return invalid(`ldimm64 unable to resolve the size of type '${content.name}': ${-errno.EINVAL}`);
  }
  return { type: PTR_TO_MEM | MEM_RDONLY, size };
}

function isPerProcessor(btf: Btf, id: BtfId): boolean {
  return btf.findByName('.data..percpu', 'DATASEC')?.vars.some((entry) => entry.type === id) ?? false;
}
