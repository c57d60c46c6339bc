import type { Btf } from '../btf.ts';
import type { BtfId } from '../model.ts';
import { FieldLister } from './fields.ts';
import type { NamedPair } from './names.ts';
import { TypeComparer } from './same-type.ts';
import type { UsesOfBoth } from './uses.ts';

/** What became of something that has a name. */
export type Change = 'added' | 'removed' | 'changed';

/** The two BTFs that are compared, and what of them counts. */
export class Sides {
  readonly before: Btf;
  readonly after: Btf;
  readonly types: TypeComparer;
  readonly fieldsBefore: FieldLister;
  readonly fieldsAfter: FieldLister;
  readonly #uses: UsesOfBoth | undefined;

  constructor(before: Btf, after: Btf, uses: UsesOfBoth | undefined) {
    this.before = before;
    this.after = after;
    this.types = new TypeComparer(before, after);
    this.fieldsBefore = new FieldLister(before);
    this.fieldsAfter = new FieldLister(after);
    this.#uses = uses;
  }

  /** Whether somebody uses the type of either side. */
  counts({ before, after }: Pick<NamedPair, 'before' | 'after'>): boolean {
    if (this.#uses === undefined) return true;
    const { before: a, after: b } = this.#uses;
    return (before !== undefined && a.has(before)) || (after !== undefined && b.has(after));
  }

  /** Whether somebody uses that member, or that enumerator, of either side. */
  memberCounts(before: MemberRef | undefined, after: MemberRef | undefined): boolean {
    if (this.#uses === undefined) return true;
    const { before: a, after: b } = this.#uses;
    return (
      (before !== undefined && a.hasMember(before.owner, before.position)) ||
      (after !== undefined && b.hasMember(after.owner, after.position))
    );
  }
}

/** A member or enumerator by its place. */
export interface MemberRef {
  readonly owner: BtfId;
  readonly position: number;
}
