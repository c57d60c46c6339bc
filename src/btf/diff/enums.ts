import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { byCodeUnit, type NamedPair } from './names.ts';
import type { Change, Sides } from './sides.ts';

/** An enumerator that changed. */
export interface EnumeratorChange {
  readonly change: 'added' | 'removed' | 'renamed' | 'changed';
  readonly name: string;
  /** The new name of a renamed one. */
  readonly nameAfter: string | undefined;
  readonly before: bigint | undefined;
  readonly after: bigint | undefined;
}

/** An enum that changed. */
export interface EnumChange {
  /** Empty: enumerators of enums that have no name, taken together. */
  readonly name: string;
  readonly change: Change;
  /** Bytes; undefined also for enumerators of enums without a name. */
  readonly sizeBefore: number | undefined;
  readonly sizeAfter: number | undefined;
  /** By value, those of enums without a name by theirs; empty unless `change` is `changed`. */
  readonly values: readonly EnumeratorChange[];
}

interface Enumerator {
  readonly name: string;
  readonly value: bigint;
  readonly owner: BtfId;
  readonly position: number;
}

/** How two enums differ; undefined where they do not. */
export function enumChange(sides: Sides, pair: NamedPair): EnumChange | undefined {
  const { name, before, after } = pair;
  const sizeBefore = before === undefined ? undefined : sides.before.third(before);
  const sizeAfter = after === undefined ? undefined : sides.after.third(after);
  const found = { name, sizeBefore, sizeAfter };
  if (before === undefined || after === undefined) {
    return { ...found, change: before === undefined ? 'added' : 'removed', values: [] };
  }
  if (sides.types.sameContents(before, after)) return undefined;
  const values = valueChanges(sides, enumerators(sides.before, before), enumerators(sides.after, after));
  return values.length === 0 && sizeBefore === sizeAfter ? undefined : { ...found, change: 'changed', values };
}

/** Constants of enums without a name, which C knows by their own: all of a BTF as if they stood in one enum. */
export function namelessEnumChange(sides: Sides): EnumChange | undefined {
  const values = valueChanges(sides, namelessEnumerators(sides.before), namelessEnumerators(sides.after));
  if (values.length === 0) return undefined;
  values.sort((a, b) => byCodeUnit(a.name, b.name));
  return { name: '', change: 'changed', sizeBefore: undefined, sizeAfter: undefined, values };
}

function enumerators(btf: Btf, id: BtfId): Enumerator[] {
  const isWide = btf.kindOf(id) === BTF_KIND.ENUM64;
  const isSigned = btf.flagOf(id);
  const list: Enumerator[] = [];
  for (let position = 0; position < btf.vlenOf(id); position++) {
    const at = btf.index[id] + 3 + (isWide ? 3 : 2) * position;
    const low = btf.words[at + 1];
    const bits = isWide ? (BigInt(btf.words[at + 2]) << 32n) | BigInt(low) : BigInt(low);
    const value = isSigned ? BigInt.asIntN(isWide ? 64 : 32, bits) : bits;
    list.push({ name: btf.strings.at(btf.words[at]), value, owner: id, position });
  }
  return list;
}

/** Of constants of one name, which different files may define, the first. */
function namelessEnumerators(btf: Btf): Enumerator[] {
  const byName = new Map<string, Enumerator>();
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    const kind = btf.kindOf(id);
    if ((kind !== BTF_KIND.ENUM && kind !== BTF_KIND.ENUM64) || btf.words[btf.index[id]] !== 0) continue;
    for (const enumerator of enumerators(btf, id)) {
      if (!byName.has(enumerator.name)) byName.set(enumerator.name, enumerator);
    }
  }
  return [...byName.values()];
}

function valueChanges(sides: Sides, old: readonly Enumerator[], now: readonly Enumerator[]): EnumeratorChange[] {
  const after = new Map(now.map((each) => [each.name, each]));
  const changes: EnumeratorChange[] = [];
  const gone: Enumerator[] = [];
  for (const each of old) {
    const partner = after.get(each.name);
    after.delete(each.name);
    if (partner === undefined) gone.push(each);
    else if (partner.value !== each.value && sides.memberCounts(each, partner)) {
      const { name, value } = each;
      changes.push({ change: 'changed', name, nameAfter: undefined, before: value, after: partner.value });
    }
  }
  // A value whose only name is gone and that has one new name was renamed.
  const renamed = onlyOnes(gone, [...after.values()]);
  for (const each of gone) {
    const partner = renamed.get(each);
    if (partner !== undefined) after.delete(partner.name);
    if (!sides.memberCounts(each, partner)) continue;
    const { name, value } = each;
    const change = partner === undefined ? 'removed' : 'renamed';
    changes.push({ change, name, nameAfter: partner?.name, before: value, after: partner?.value });
  }
  for (const each of after.values()) {
    if (!sides.memberCounts(undefined, each)) continue;
    changes.push({ change: 'added', name: each.name, nameAfter: undefined, before: undefined, after: each.value });
  }
  return changes.sort(byValue);
}

function onlyOnes(gone: readonly Enumerator[], fresh: readonly Enumerator[]): Map<Enumerator, Enumerator> {
  const count = (list: readonly Enumerator[]) => {
    const counts = new Map<bigint, Enumerator | undefined>();
    for (const each of list) counts.set(each.value, counts.has(each.value) ? undefined : each);
    return counts;
  };
  const pairs = new Map<Enumerator, Enumerator>();
  const byValue = count(fresh);
  for (const each of count(gone).values()) {
    const partner = each && byValue.get(each.value);
    if (each !== undefined && partner !== undefined) pairs.set(each, partner);
  }
  return pairs;
}

function byValue(a: EnumeratorChange, b: EnumeratorChange): number {
  const [x, y] = [a.after ?? a.before ?? 0n, b.after ?? b.before ?? 0n];
  return x < y ? -1 : x > y ? 1 : byCodeUnit(a.name, b.name);
}
