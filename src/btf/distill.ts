import type { Btf } from './btf.ts';
import { BtfBuilder } from './encode.ts';
import { errDistilledKind, errNotSplit } from './errors.ts';
import { BTF_KIND, kindName } from './kinds.ts';
import type { BtfId } from './model.ts';
import { forEachTypeId } from './references.ts';

/** A split BTF that stands on a small base of its own. */
export interface DistilledBtf {
  /** What the split BTF needs of its base, by name: INT, FLOAT and FWD whole, STRUCT, UNION and ENUM as name and size. */
  readonly base: Btf;
  /** The types of the split BTF, followed by those nameless ones of the old base that they refer to. */
  readonly btf: Btf;
}

/**
 * Takes a split BTF off its base, so that it can be put on another one of the same kernel source
 * (`relocateToBase`) although ids and strings are others there.
 *
 * @throws {BtfError} BTF_NOT_SPLIT, BTF_DISTILLED_KIND
 * @see btf__distill_base, tools/lib/bpf/btf.h (v6.12)
 */
export function distillBase(from: Btf): DistilledBtf {
  if (from.base === undefined) throw errNotSplit();
  const used = usedOfBase(from);
  const ids = new Uint32Array(from.typeCount);
  const base = new BtfBuilder({ endian: from.endian });
  for (const id of used) if (isKeptByName(from, id)) ids[id] = addByName(base, from, id);
  const newBase = base.toBtf();

  const split = new BtfBuilder({ endian: from.endian, base: newBase });
  let next = split.nextId;
  const own = Array.from({ length: from.typeCount - from.firstId }, (_, i) => from.firstId + i);
  const moved = [...own, ...used.filter((id) => !isKeptByName(from, id))];
  for (const id of moved) ids[id] = next++;
  for (const id of moved) split.addType(from, id, (old) => ids[old]);
  return { base: newBase, btf: split.toBtf() };
}

/** Ids of the base that the split types lead to, ascending; named structs and unions lead no further. */
function usedOfBase(btf: Btf): BtfId[] {
  const used = new Uint8Array(btf.firstId);
  const open: BtfId[] = [];
  const visit = (to: BtfId) => {
    if (to === 0 || to >= btf.firstId || used[to] === 1) return;
    const kind = btf.kindOf(to);
    switch (kind) {
      case BTF_KIND.FUNC:
      case BTF_KIND.VAR:
      case BTF_KIND.DATASEC:
      case BTF_KIND.DECL_TAG:
        throw errDistilledKind({ id: to, kind: kindName(kind) });
    }
    used[to] = 1;
    const named = btf.words[btf.index[to]] !== 0;
    if (!named || (kind !== BTF_KIND.STRUCT && kind !== BTF_KIND.UNION)) open.push(to);
  };
  for (let id = btf.firstId; id < btf.typeCount; id++) forEachTypeId(btf.words, btf.index[id], visit);
  for (let id = open.pop(); id !== undefined; id = open.pop()) forEachTypeId(btf.words, btf.index[id], visit);
  const ids: BtfId[] = [];
  for (let id = 1; id < btf.firstId; id++) if (used[id] === 1) ids.push(id);
  return ids;
}

/** Whether a type is found again by its name; others move to the split BTF whole. */
function isKeptByName(btf: Btf, id: BtfId): boolean {
  switch (btf.kindOf(id)) {
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
    case BTF_KIND.FWD:
      return true;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      return btf.words[btf.index[id]] !== 0;
    default:
      return false;
  }
}

function addByName(base: BtfBuilder, from: Btf, id: BtfId): BtfId {
  const type = from.typeById(id);
  switch (type.kind) {
    case 'STRUCT':
    case 'UNION':
      return base.add({ kind: type.kind, name: type.name, size: type.size, bitfields: false, members: [] });
    case 'ENUM':
    case 'ENUM64':
      return base.add({ kind: 'ENUM', name: type.name, size: type.size, signed: false, values: [] });
    default:
      return base.addType(from, id, (old) => old);
  }
}
