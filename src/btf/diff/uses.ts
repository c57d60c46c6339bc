import type { BtfId } from '../model.ts';

/** What somebody uses of a BTF: types, functions and variables, and of structs, unions and enums which members. */
export interface BtfUses {
  has(id: BtfId): boolean;
  hasMember(id: BtfId, position: number): boolean;
}

/** The uses of both sides of a comparison; undefined stands for everything. */
export interface UsesOfBoth {
  readonly before: BtfUses;
  readonly after: BtfUses;
}
