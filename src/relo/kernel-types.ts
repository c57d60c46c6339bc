import type { Btf, BtfId, BtfKind } from '../btf/index.ts';
import { BTF_KIND } from '../btf/index.ts';
import { nearest } from './core/index.ts';
import { errNoTarget } from './errors.ts';
import type { RelocateOptions } from './options.ts';

/** A type of the kernel: in its own BTF, or in a module's. */
export interface KernelType {
  readonly btf: Btf;
  readonly id: BtfId;
  readonly module: string | undefined;
}

/** Finds a type by name and kind in the kernel's BTF, then in each module's own part. */
export function findKernelType(options: RelocateOptions, name: string, kind: BtfKind): KernelType | undefined {
  const { target } = options;
  if (target === undefined) throw errNoTarget(`${kind} '${name}'`);
  const type = target.findByName(name, kind);
  if (type !== undefined) return { btf: target, id: type.id, module: undefined };
  for (const { name: module, btf } of options.modules?.() ?? []) {
    const id = btf.idsByName(name).find((own) => own >= btf.firstId && btf.typeById(own).kind === kind);
    if (id !== undefined) return { btf, id, module };
  }
  return undefined;
}

/** Names of the kernel's types of a kind that come nearest to one that it does not have; at most three. */
export function nearestKernelNames({ target }: RelocateOptions, name: string, kind: BtfKind): readonly string[] {
  if (target === undefined) return [];
  const names = new Set<string>();
  const wanted = BTF_KIND[kind as keyof typeof BTF_KIND];
  for (let id = 1; id < target.typeCount; id++) if (target.kindOf(id) === wanted) names.add(target.nameOf(id));
  // Found, but of another type: nothing is misspelt.
  return names.has(name) ? [] : nearest(name, names);
}
