import { type Btf, type BtfId, isComposite } from '../../btf/index.ts';
import { VMLINUX } from '../state/btf-table.ts';
import type { Walk } from '../walk/walk.ts';
import type { TypedField } from './value-fields.ts';

/** A type, with the number that its BTF has in `walk.btfs`. */
export interface KptrTarget {
  readonly index: number;
  readonly typeId: BtfId;
}

/**
 * What the pointer in a field of a type of `btf` leads to: the kernel's type of that name, or else an object of the program's own type.
 * @returns undefined where the field holds no such pointer
 */
export function kptrTarget(walk: Walk, btf: Btf | undefined, { kptr }: TypedField): KptrTarget | undefined {
  if (!kptr || !btf) return undefined;
  const type = btf.typeById(kptr.typeId);
  if (!isComposite(type)) return undefined;
  const inKernel = walk.options.vmlinux()?.findByName(type.name, type.kind);
  if (inKernel) return { index: VMLINUX, typeId: inKernel.id };
  for (const { btf: module } of walk.options.modules?.() ?? []) {
    const inModule = module.findByName(type.name, type.kind);
    if (inModule) return { index: walk.btfs.indexOf(module), typeId: inModule.id };
  }
  return { index: walk.btfs.indexOf(btf), typeId: kptr.typeId };
}
