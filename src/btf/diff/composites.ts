import type { Btf } from '../btf.ts';
import type { BtfId } from '../model.ts';
import { bitsOf, type Field } from './fields.ts';
import type { NamedPair } from './names.ts';
import type { Change, Sides } from './sides.ts';
import { typeText } from './type-text.ts';

/** A field on one side. */
export interface FieldPlace {
  /** As C reaches it: `a`, or `a.b` through a struct that has no name. */
  readonly path: string;
  /** In C. */
  readonly type: string;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits; undefined where the type has no size. */
  readonly bits: number | undefined;
  readonly bitfield: boolean;
}

/** What is not the same about a field. */
export type FieldDifference = 'added' | 'removed' | 'renamed' | 'moved' | 'resized' | 'retyped';

/** A field of which something changed; `before` is undefined where it was added, `after` where it was removed. */
export interface FieldChange {
  readonly changes: readonly FieldDifference[];
  readonly before: FieldPlace | undefined;
  readonly after: FieldPlace | undefined;
}

/** A struct or union that changed. */
export interface CompositeChange {
  readonly kind: 'struct' | 'union';
  /** The typedef's where the struct itself has no name. */
  readonly name: string;
  readonly isTypedef: boolean;
  readonly change: Change;
  /** Bytes. */
  readonly sizeBefore: number | undefined;
  readonly sizeAfter: number | undefined;
  /** In order of places, those that are gone where they were; empty unless `change` is `changed`. */
  readonly fields: readonly FieldChange[];
}

/** How two structs or unions differ; undefined where they do not. */
export function compositeChange(sides: Sides, pair: NamedPair, kind: 'struct' | 'union'): CompositeChange | undefined {
  const { name, before, after } = pair;
  const sizeBefore = before === undefined ? undefined : sides.before.third(before);
  const sizeAfter = after === undefined ? undefined : sides.after.third(after);
  const found = { kind, name, isTypedef: false, sizeBefore, sizeAfter };
  if (before === undefined || after === undefined) {
    return { ...found, change: before === undefined ? 'added' : 'removed', fields: [] };
  }
  if (sides.types.sameContents(before, after)) return undefined;
  const fields = fieldChanges(sides, before, after);
  return fields.length === 0 && sizeBefore === sizeAfter ? undefined : { ...found, change: 'changed', fields };
}

function fieldChanges(sides: Sides, before: BtfId, after: BtfId): FieldChange[] {
  const old = sides.fieldsBefore.fields(before);
  const now = sides.fieldsAfter.fields(after);
  const partners = partnersOf(sides, old, now);
  const taken = new Set(partners.values());
  const changes: { at: number; change: FieldChange }[] = [];
  for (const field of old) {
    const partner = partners.get(field);
    if (!sides.memberCounts(field, partner)) continue;
    const change = partner === undefined ? removed(sides, field) : changed(sides, field, partner);
    if (change !== undefined) changes.push({ at: partner?.bitOffset ?? field.bitOffset, change });
  }
  for (const field of now) {
    if (taken.has(field) || !sides.memberCounts(undefined, field)) continue;
    changes.push({ at: field.bitOffset, change: added(sides, field) });
  }
  return changes.sort((a, b) => a.at - b.at).map(({ change }) => change);
}

/** Fields go together by path; what is left over, by type and place: those were renamed. */
function partnersOf(sides: Sides, old: readonly Field[], now: readonly Field[]): Map<Field, Field> {
  const partners = new Map<Field, Field>();
  const byPath = new Map(now.map((field) => [field.path, field]));
  const rest: Field[] = [];
  for (const field of old) {
    const partner = byPath.get(field.path);
    if (partner === undefined) rest.push(field);
    else {
      partners.set(field, partner);
      byPath.delete(field.path);
    }
  }
  if (rest.length === 0 || byPath.size === 0) return partners;
  const byPlace = new Map([...byPath.values()].map((field) => [field.bitOffset, field]));
  for (const field of rest) {
    const partner = byPlace.get(field.bitOffset);
    if (partner === undefined || partner.bitfieldSize !== field.bitfieldSize) continue;
    if (!sides.types.same(field.type, partner.type)) continue;
    partners.set(field, partner);
    byPlace.delete(field.bitOffset);
  }
  return partners;
}

function changed(sides: Sides, old: Field, now: Field): FieldChange | undefined {
  const changes: FieldDifference[] = [];
  if (old.path !== now.path) changes.push('renamed');
  if (old.bitOffset !== now.bitOffset) changes.push('moved');
  if (bitsOf(sides.before, old) !== bitsOf(sides.after, now)) changes.push('resized');
  // What is in a struct without a name is compared field by field.
  const isOpen = old.isOpen && now.isOpen && sides.before.kindOf(old.type) === sides.after.kindOf(now.type);
  if (!isOpen && !sides.types.same(old.type, now.type)) changes.push('retyped');
  if (changes.length === 0) return undefined;
  return { changes, before: placeOf(sides.before, old), after: placeOf(sides.after, now) };
}

const removed = (sides: Sides, field: Field): FieldChange => {
  return { changes: ['removed'], before: placeOf(sides.before, field), after: undefined };
};

const added = (sides: Sides, field: Field): FieldChange => {
  return { changes: ['added'], before: undefined, after: placeOf(sides.after, field) };
};

function placeOf(btf: Btf, field: Field): FieldPlace {
  const { path, type, bitOffset, bitfieldSize } = field;
  return { path, type: typeText(btf, type), bitOffset, bits: bitsOf(btf, field), bitfield: bitfieldSize > 0 };
}
