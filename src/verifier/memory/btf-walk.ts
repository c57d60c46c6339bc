import {
  type Btf,
  type BtfComposite,
  type BtfId,
  type BtfMember,
  isComposite,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import { MEM_PERCPU, MEM_RCU, MEM_RDONLY, MEM_USER, PTR_UNTRUSTED } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** What lies at some bytes of a struct. */
export type Found =
  | { readonly kind: 'number' }
  /** A pointer to a struct, which `flags` say more about; `member` is its name. */
  | { readonly kind: 'pointer'; readonly typeId: BtfId; readonly flags: number; readonly member: string }
  /** A pointer to anything else. */
  | { readonly kind: 'memory'; readonly flags: number };

export interface StructBytes {
  readonly btf: Btf;
  readonly typeId: BtfId;
  readonly off: number;
  readonly size: number;
}

/** Structs inside of structs that are gone through at most. */
const MAX_DEPTH = 64;
const NUMBER: Found = { kind: 'number' };

/** Finds out what a load of some bytes of a struct yields. */
export function walkStruct(walk: Walk, { btf, typeId, off, size }: StructBytes): Found | Refusal {
  let place: Place | undefined = { typeId: skipModifiersAndTypedefs(btf, typeId), off, untrusted: false };
  for (let depth = 0; depth < MAX_DEPTH && place; depth++) {
    const found: Found | Refusal | Place = step(walk, { btf, size, place });
    if ('kind' in found || 'errno' in found) return found;
    place = found;
  }
  return walk.invalid('');
}

/** Messages call what has no name so. */
function nameOf({ name }: { readonly name: string }): string {
  return name === '' ? '(anon)' : name;
}

interface Place {
  readonly typeId: BtfId;
  readonly off: number;
  /** A union on the way: what is in it depends on something that nobody checks. */
  readonly untrusted: boolean;
}

interface Step {
  readonly btf: Btf;
  readonly size: number;
  readonly place: Place;
}

function step(walk: Walk, { btf, size, place }: Step): Found | Refusal | Place {
  const type = btf.typeById(place.typeId);
  if (!isComposite(type)) return walk.invalid(`Type '${nameOf(type)}' is not a struct`);
  const untrusted = place.untrusted || (type.kind === 'UNION' && type.members.length !== 1);
  if (place.off + size > type.size) return beyondEnd(walk, type, { btf, size, place: { ...place, untrusted } });
  for (const member of type.members) {
    const start = Math.floor(member.bitOffset / 8);
    if (member.bitfieldSize > 0) {
      const end = Math.ceil((member.bitOffset + member.bitfieldSize) / 8);
      if (end <= place.off) continue;
      if (8 * place.off <= member.bitOffset && end <= place.off + size) return NUMBER;
      continue;
    }
    if (place.off < start) break;
    const bytes = sizeOf(btf, member.type);
    if (bytes === undefined) return walk.refused(errno.EFAULT, `field ${nameOf(member)} doesn't have size`);
    if (place.off >= start + bytes) continue;
    return inside(walk, { btf, size, place: { ...place, untrusted } }, { type, member, start, end: start + bytes });
  }
  return walk.invalid(`struct ${nameOf(type)} doesn't have field at offset ${place.off}`);
}

/** Behind the end only an array without a length goes on. */
function beyondEnd(walk: Walk, type: BtfComposite, { btf, size, place }: Step): Found | Refusal | Place {
  const last = type.members.at(-1);
  const array = last && resolveType(btf, last.type);
  const refusal = walk.denied(`access beyond struct ${nameOf(type)} at off ${place.off} size ${size}`);
  if (!last || array?.kind !== 'ARRAY' || array.count !== 0) return refusal;
  const start = Math.floor(last.bitOffset / 8);
  if (place.off < start) return refusal;
  const element = resolveType(btf, array.type);
  if (element.kind === 'INT') return NUMBER;
  if (!isComposite(element) || element.size === 0) return refusal;
  return { ...place, typeId: element.id, off: (place.off - start) % element.size };
}

interface MemberPlace {
  readonly type: BtfComposite;
  readonly member: BtfMember;
  readonly start: number;
  readonly end: number;
}

function inside(walk: Walk, { btf, size, place }: Step, at: MemberPlace): Found | Refusal | Place {
  const { type, member, end } = at;
  let start = at.start;
  let inner = resolveType(btf, member.type);
  // Arrays of arrays are as one.
  while (inner.kind === 'ARRAY') inner = resolveType(btf, inner.type);
  const bytes = sizeOf(btf, inner.id) ?? 0;
  if (bytes > 0) start += Math.floor((place.off - start) / bytes) * bytes;
  if (isComposite(inner)) return { ...place, typeId: inner.id, off: place.off - start };
  if (inner.kind === 'PTR') {
    if (bytes !== size || place.off !== start) {
      return walk.denied(
        `cannot access ptr member ${nameOf(member)} with moff ${start} in struct ${nameOf(type)} with off ${place.off} size ${size}`,
      );
    }
    return pointerTo(btf, inner.type, { member: member.name, untrusted: place.untrusted });
  }
  if (place.off + size > end && !place.untrusted) {
    return walk.denied(
      `access beyond the end of member ${nameOf(member)} (mend:${end}) in struct ${nameOf(type)} with off ${place.off} size ${size}`,
    );
  }
  return NUMBER;
}

/** Tags on what a pointer leads to, and what they say. */
const TAGS: Readonly<Record<string, number>> = { user: MEM_USER, percpu: MEM_PERCPU, rcu: MEM_RCU };

function pointerTo(btf: Btf, id: BtfId, { member, untrusted }: { member: string; untrusted: boolean }): Found {
  const typeId = skipModifiersAndTypedefs(btf, id);
  if (!isComposite(btf.typeById(typeId))) return { kind: 'memory', flags: MEM_RDONLY | PTR_UNTRUSTED };
  return { kind: 'pointer', typeId, flags: tagFlags(btf, id) | (untrusted ? PTR_UNTRUSTED : 0), member };
}

/** What a type tag on the pointed-to type says of the pointer. */
export function tagFlags(btf: Btf, id: BtfId): number {
  const tag = btf.typeById(id);
  return tag.kind === 'TYPE_TAG' && !tag.attribute ? (TAGS[tag.name] ?? 0) : 0;
}
