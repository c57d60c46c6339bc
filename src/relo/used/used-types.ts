import type { Btf, BtfId } from '../../btf/index.ts';

/** Types of one BTF that somebody uses, and of structs, unions and enums the members that are used. */
export class UsedTypes {
  readonly btf: Btf;
  /** By id: 1 where the type is used. */
  readonly #types: Uint8Array;
  readonly #members = new Map<BtfId, Set<number>>();

  /** Nothing is used yet. */
  constructor(btf: Btf) {
    this.btf = btf;
    this.#types = new Uint8Array(btf.typeCount);
  }

  has(id: BtfId): boolean {
    return this.#types[id] === 1;
  }

  /** Whether the member at that position of a struct, union or enum is used. */
  hasMember(composite: BtfId, position: number): boolean {
    return this.#members.get(composite)?.has(position) ?? false;
  }

  /** Used types, ascending; void is not among them. */
  *ids(): Generator<BtfId> {
    for (let id = 1; id < this.#types.length; id++) if (this.#types[id] === 1) yield id;
  }

  /** @returns whether it was not used before */
  mark(id: BtfId): boolean {
    const isNew = this.#types[id] === 0;
    this.#types[id] = 1;
    return isNew;
  }

  markMember(composite: BtfId, position: number): void {
    const known = this.#members.get(composite);
    if (known === undefined) this.#members.set(composite, new Set([position]));
    else known.add(position);
  }
}
