import { Btf } from './btf.ts';
import { errAmbiguousBase, errDistilledKind, errNotSplit, errUnmappedBase } from './errors.ts';
import { BTF_KIND, kindName, TYPE_WORDS } from './kinds.ts';
import { MAX_RESOLVE_DEPTH } from './layout.ts';
import type { BtfId } from './model.ts';
import { forEachTypeId, remapTypeIds, StringOffsets } from './references.ts';
import { BtfStrings } from './strings.ts';

/**
 * Puts a split BTF that stands on a distilled base (`distillBase`, a module's `.BTF.base`) on a whole one: each type of
 * the distilled base is found there by name, where need be by size too.
 *
 * @throws {BtfError} BTF_NOT_SPLIT; BTF_DISTILLED_KIND where the old base is no distilled one; BTF_UNMAPPED_BASE and
 *   BTF_AMBIGUOUS_BASE where the new base has no or more than one type for one of it
 * @see btf__relocate, tools/lib/bpf/btf.h (v6.12)
 */
export function relocateToBase(btf: Btf, base: Btf): Btf {
  const distilled = btf.base;
  if (distilled === undefined) throw errNotSplit();
  const ids = new Uint32Array(btf.typeCount);
  for (let id = btf.firstId; id < btf.typeCount; id++) ids[id] = id - btf.firstId + base.typeCount;
  const names = mapDistilled({ btf, distilled, base, ids });

  const words = new Uint32Array(base.words.length + btf.words.length - distilled.words.length);
  words.set(base.words);
  words.set(btf.words.subarray(distilled.words.length), base.words.length);
  const index = new Uint32Array(base.typeCount + btf.typeCount - btf.firstId);
  index.set(base.index);
  const strings = new StringOffsets({ size: btf.strings.size }, (old) => {
    if (old >= distilled.strings.size) return old - distilled.strings.size + base.strings.size;
    const name = names.get(old);
    if (name === undefined) throw errUnmappedBase({ id: 0, name: distilled.strings.at(old), kind: 'name' });
    return name;
  });
  const shift = base.words.length - distilled.words.length;
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    const at = btf.index[id] + shift;
    index[ids[id]] = at;
    remapTypeIds(words, at, ids);
    strings.remap(words, at);
  }
  const text = new Uint8Array(base.strings.size + btf.strings.size - distilled.strings.size);
  text.set(base.strings.bytes);
  text.set(btf.strings.bytes.subarray(distilled.strings.size), base.strings.size);
  const { endian, form } = btf;
  return new Btf({ endian, form, base, words, index, strings: new BtfStrings(text), pointerSize: undefined });
}

interface Relocation {
  readonly btf: Btf;
  readonly distilled: Btf;
  readonly base: Btf;
  /** New ids, which this fills in for the distilled base. */
  readonly ids: Uint32Array;
}

/** @returns offsets of names in the new base by those in the distilled one */
function mapDistilled({ btf, distilled, base, ids }: Relocation): Map<number, number> {
  const names = new Map<number, number>();
  const embedded = embeddedComposites(btf);
  for (let id = 1; id < distilled.typeCount; id++) {
    checkDistilled(distilled, id);
    for (const found of base.idsByName(distilled.nameOf(id))) {
      if (!isCounterpart({ distilled, base, id, found, embedded: embedded.has(id) })) continue;
      const at = { id, name: distilled.nameOf(id), kind: kindName(distilled.kindOf(id)) };
      if (ids[id] !== 0) throw errAmbiguousBase({ ...at, first: ids[id], second: found });
      ids[id] = found;
      names.set(distilled.words[distilled.index[id]], base.words[base.index[found]]);
    }
    if (ids[id] === 0) {
      throw errUnmappedBase({ id, name: distilled.nameOf(id), kind: kindName(distilled.kindOf(id)) });
    }
  }
  return names;
}

const DISTILLED_KINDS: ReadonlySet<number> = new Set([
  BTF_KIND.INT,
  BTF_KIND.FLOAT,
  BTF_KIND.ENUM,
  BTF_KIND.STRUCT,
  BTF_KIND.UNION,
  BTF_KIND.FWD,
]);

function checkDistilled(distilled: Btf, id: BtfId): void {
  const kind = distilled.kindOf(id);
  const named = distilled.words[distilled.index[id]] !== 0;
  if (!named || !DISTILLED_KINDS.has(kind)) throw errDistilledKind({ id, kind: kindName(kind) });
}

/** Structs and unions of the base that lie within types of the split BTF, and so must have the size that they had. */
function embeddedComposites(btf: Btf): ReadonlySet<BtfId> {
  const found = new Set<BtfId>();
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    const kind = btf.kindOf(id);
    if (kind !== BTF_KIND.STRUCT && kind !== BTF_KIND.UNION) continue;
    forEachTypeId(btf.words, btf.index[id], (member) => {
      const within = embeddedBy(btf, member);
      if (within !== 0 && within < btf.firstId) found.add(within);
    });
  }
  return found;
}

function embeddedBy(btf: Btf, member: BtfId): BtfId {
  let id = member;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
    switch (btf.kindOf(id)) {
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.TYPE_TAG:
        id = btf.third(id);
        break;
      case BTF_KIND.ARRAY:
        id = btf.words[btf.index[id] + TYPE_WORDS];
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        return id;
      default:
        return 0;
    }
  }
  return 0;
}

/** How many structs and unions of a base have the name at an offset, for one base at a time. */
const likeNamed = new WeakMap<Btf, Map<number, number>>();

function compositesNamed(base: Btf, name: number): number {
  let counts = likeNamed.get(base);
  if (counts === undefined) {
    counts = new Map();
    for (let id = 1; id < base.typeCount; id++) {
      const kind = base.kindOf(id);
      if (kind !== BTF_KIND.STRUCT && kind !== BTF_KIND.UNION) continue;
      const offset = base.words[base.index[id]];
      counts.set(offset, (counts.get(offset) ?? 0) + 1);
    }
    likeNamed.set(base, counts);
  }
  return counts.get(name) ?? 0;
}

/** Whether a type of the new base is what a type of the distilled one, of the same name, stands for. */
function isCounterpart(pair: { distilled: Btf; base: Btf; id: BtfId; found: BtfId; embedded: boolean }): boolean {
  const { distilled, base, id, found, embedded } = pair;
  const kind = base.kindOf(found);
  const sameSize = base.third(found) === distilled.third(id);
  switch (kind) {
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      if (!sameSize) return false;
      break;
    case BTF_KIND.FWD:
      break;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      if (!sameSize && compositesNamed(base, base.words[base.index[found]]) > 1) return false;
      break;
    default:
      return false;
  }
  switch (distilled.kindOf(id)) {
    case BTF_KIND.FWD:
      if (kind === BTF_KIND.FWD) return distilled.flagOf(id) === base.flagOf(found);
      // The flag of a struct or union means something else, and is looked at all the same.
      return kind === BTF_KIND.STRUCT ? !base.flagOf(found) : kind === BTF_KIND.UNION && base.flagOf(found);
    case BTF_KIND.INT:
      return kind === BTF_KIND.INT && intEncoding(distilled, id) === intEncoding(base, found);
    case BTF_KIND.FLOAT:
      return kind === BTF_KIND.FLOAT;
    case BTF_KIND.ENUM:
      return kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
    default:
      return sameSize || !embedded;
  }
}

function intEncoding(btf: Btf, id: BtfId): number {
  return (btf.words[btf.index[id] + TYPE_WORDS] >>> 24) & 15;
}
