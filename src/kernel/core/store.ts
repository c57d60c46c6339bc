/** Plain structured data: what a record of a saved kernel is made of. */
export type StoredValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly StoredValue[]
  | { readonly [name: string]: StoredValue };

/** A saved record with named fields. */
export type StoredRecord = { readonly [name: string]: StoredValue };

/**
 * Where a kernel's state outlives the process: records by kind and id, and pages of the linear memory by their number.
 * A kernel reads what it needs when it needs it and writes once, in `Kernel.save`; whoever gives the store sees to it
 * that all of one `save` is there or nothing (`machine/` does it with one transaction).
 */
export interface Store {
  get(kind: string, id: number): StoredValue | undefined;
  put(kind: string, id: number, value: StoredValue): void;
  remove(kind: string, id: number): void;
  /** The ids of one kind, ascending, without decoding their records. */
  ids(kind: string): number[];
  /** Fills `into` (64 KiB of zeros) with the saved page; leaves it where none is saved. */
  loadPage(page: number, into: Uint8Array): void;
  /** Saves a page where it differs from what is saved; a page of zeros is not kept. */
  savePage(page: number, bytes: Uint8Array): void;
  removePage(page: number): void;
}
