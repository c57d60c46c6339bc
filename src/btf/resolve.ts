import type { Btf } from './btf.ts';
import { BTF_KIND } from './kinds.ts';
import { type AlignedTypes, alignment, isModifier, MAX_RESOLVE_DEPTH, valueSize } from './layout.ts';
import type { BtfComposite, BtfId, BtfType } from './model.ts';

/** The first type behind CONST, VOLATILE, RESTRICT and TYPE_TAG. */
export function skipModifiers(btf: Btf, id: BtfId): BtfId {
  let at = id;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH && isModifier(btf.kindOf(at)); depth++) at = btf.third(at);
  return at;
}

/** The first type behind modifiers and TYPEDEFs. */
export function skipModifiersAndTypedefs(btf: Btf, id: BtfId): BtfId {
  let at = id;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
    const kind = btf.kindOf(at);
    if (!isModifier(kind) && kind !== BTF_KIND.TYPEDEF) break;
    at = btf.third(at);
  }
  return at;
}

/** The type object behind modifiers and TYPEDEFs. */
export function resolveType(btf: Btf, id: BtfId): BtfType {
  return btf.typeById(skipModifiersAndTypedefs(btf, id));
}

/** Whether it is a struct or a union. */
export function isComposite(type: BtfType): type is BtfComposite {
  return type.kind === 'STRUCT' || type.kind === 'UNION';
}

/** Bytes of a value of the type; undefined where it has no size (void, a function, a loop, an array over 4 GiB). */
export function sizeOf(btf: Btf, id: BtfId): number | undefined {
  const size = valueSize(btf, id);
  return size < 0 ? undefined : size;
}

const aligned = new WeakMap<Btf, AlignedTypes>();

/** Alignment in bytes that C gives the type; 0 where it has none (void, a function, a loop). */
export function alignOf(btf: Btf, id: BtfId): number {
  let types = aligned.get(btf);
  if (types === undefined) {
    const { words, index, kinds, pointerSize } = btf;
    types = { words, index, kinds, pointerSize, alignments: new Uint8Array(btf.typeCount) };
    aligned.set(btf, types);
  }
  return alignment(types, id);
}
