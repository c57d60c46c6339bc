import { type Btf, type BtfId, isComposite, resolveType, sizeOf } from '../../btf/index.ts';
import type { Walk } from '../walk/walk.ts';

/** A type by the number of its BTF in `walk.btfs`. */
export interface NumberedType {
  readonly index: number;
  readonly typeId: BtfId;
}

/** Structs inside of structs that are gone through at most. */
const MAX_DEPTH = 64;

/**
 * Whether a pointer `off` bytes into an object of one type is one to an object of another: the same, or (where it need
 * not be `strict`) one that stands there inside of it.
 */
export function isSameStruct(
  { btfs }: Pick<Walk, 'btfs'>,
  from: NumberedType & { readonly off: number },
  to: NumberedType & { readonly strict: boolean },
): boolean {
  if (from.off === 0 && from.index === to.index && from.typeId === to.typeId) return true;
  if (to.strict) return false;
  let place: { typeId: BtfId; off: number } | undefined = from;
  for (let depth = 0; depth < MAX_DEPTH && place; depth++) {
    place = structAt(btfs.at(from.index), place.typeId, place.off);
    if (place?.off === 0 && from.index === to.index && place.typeId === to.typeId) return true;
  }
  return false;
}

/** The struct inside of a struct that the byte lies in, and how far into it. */
function structAt(btf: Btf, typeId: BtfId, off: number): { typeId: BtfId; off: number } | undefined {
  const type = resolveType(btf, typeId);
  if (!isComposite(type)) return undefined;
  for (const member of type.members) {
    const start = Math.floor(member.bitOffset / 8);
    const bytes = sizeOf(btf, member.type);
    if (member.bitfieldSize > 0 || bytes === undefined || off < start || off >= start + bytes) continue;
    let inner = resolveType(btf, member.type);
    while (inner.kind === 'ARRAY') inner = resolveType(btf, inner.type);
    if (!isComposite(inner)) return undefined;
    return { typeId: inner.id, off: inner.size === 0 ? 0 : (off - start) % inner.size };
  }
  return undefined;
}
