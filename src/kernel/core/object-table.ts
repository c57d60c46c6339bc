import { invariant } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Store, StoredRecord } from './store.ts';

/** How the objects of one kind are made from their records and taken apart. */
export interface ObjectCodec<T> {
  /** An object of a saved kernel, when somebody first asks for it. Big parts stay in the store until they are used. */
  restore(id: number, record: StoredRecord): T;
  /** What is saved of it. */
  record(object: T, id: number): StoredRecord;
  /** The last reference is gone: drop what it holds, take what was saved beside its record out of the store. */
  release(object: T, id: number): void;
  /** No process or pin refers to it any more; other objects still may. */
  usersGone?(object: T, id: number): void;
}

/** References by who holds them: `user` those of fds and pins, the others those of other kernel objects. */
export interface References {
  readonly all: number;
  readonly user: number;
}

interface Entry<T> {
  object: T | undefined;
  /** As saved; undefined for an object made since. */
  saved: StoredRecord | undefined;
  refs: number;
  /** How many of them are fds and pins. */
  users: number;
  changed: boolean;
}

const MAX_ID = 0x7fff_ffff;

/**
 * The kernel objects of one kind, by id, with their reference counts. Ids go up and come back only after the last one,
 * as in Linux (`idr_alloc_cyclic`). Objects of a saved kernel are read from the store one by one, when they are asked
 * for.
 */
export class ObjectTable<T> {
  readonly kind: string;
  readonly #codec: ObjectCodec<T>;
  readonly #store: Store | undefined;
  readonly #entries = new Map<number, Entry<T>>();
  /** Ids of objects that are gone but still saved. */
  readonly #removed = new Set<number>();
  /** All ids, ascending; undefined until somebody lists them. */
  #ids: number[] | undefined;
  #last: number;

  constructor(kind: string, codec: ObjectCodec<T>, store?: Store) {
    this.kind = kind;
    this.#codec = codec;
    this.#store = store;
    this.#last = Number(store?.get(`${kind}.last`, 0) ?? 0);
  }

  get(id: number): T | undefined {
    const entry = this.#entry(id);
    if (entry && entry.object === undefined) {
      invariant(entry.saved, `${this.kind} ${id} has a record`);
      entry.object = this.#codec.restore(id, entry.saved);
    }
    return entry?.object;
  }

  has(id: number): boolean {
    return this.#entry(id) !== undefined;
  }

  /** The object, which must be there: an id that some other object holds. */
  expect(id: number): T {
    const object = this.get(id);
    invariant(object !== undefined, `${this.kind} ${id} is alive`);
    return object;
  }

  /**
   * Takes the next id for a new object; the caller has its first reference, a user's.
   * @param make gives the object for the id, or a failure, which takes no id
   */
  add(make: (id: number) => T | Errno): T | Errno {
    const id = this.#nextFree();
    if (id < 0) return id;
    const object = make(id);
    if (typeof object === 'number') return object;
    this.#entries.set(id, { object, saved: undefined, refs: 1, users: 1, changed: true });
    this.#last = id;
    this.#ids?.splice(this.#position(id), 0, id);
    return object;
  }

  /** Takes a reference for another object of the kernel. */
  hold(id: number): void {
    this.#living(id).refs++;
  }

  /** Takes a reference for an fd or a pin. */
  holdForUser(id: number): void {
    const entry = this.#living(id);
    entry.refs++;
    entry.users++;
  }

  /** Gives the reference of an fd or a pin back. */
  dropForUser(id: number): void {
    const entry = this.#living(id);
    if (--entry.users === 0 && this.#codec.usersGone) this.#codec.usersGone(this.expect(id), id);
    this.drop(id);
  }

  /** Gives a reference back; with the last one the object goes. */
  drop(id: number): void {
    const entry = this.#living(id);
    if (--entry.refs > 0) return;
    const object = this.get(id) as T;
    this.#entries.delete(id);
    if (entry.saved || this.#store?.get(this.kind, id) !== undefined) this.#removed.add(id);
    if (this.#ids) this.#ids.splice(this.#position(id), 1);
    this.#codec.release(object, id);
  }

  references(id: number): References {
    const entry = this.#entry(id);
    return { all: entry?.refs ?? 0, user: entry?.users ?? 0 };
  }

  /** Says that the object's record is not as saved any more. */
  touch(id: number): void {
    const entry = this.#entry(id);
    if (entry) entry.changed = true;
  }

  /** The smallest id above `start`, or -ENOENT. */
  nextId(start: number): number | Errno {
    const ids = this.ids();
    return ids[this.#position(start + 1)] ?? -errno.ENOENT;
  }

  /** All ids, ascending. */
  ids(): readonly number[] {
    if (!this.#ids) {
      const ids = new Set(this.#entries.keys());
      for (const id of this.#store?.ids(this.kind) ?? []) if (!this.#removed.has(id)) ids.add(id);
      this.#ids = [...ids].sort((a, b) => a - b);
    }
    return this.#ids;
  }

  /** The objects that are built already, in no order. */
  *loaded(): Iterable<T> {
    for (const entry of this.#entries.values()) if (entry.object !== undefined) yield entry.object;
  }

  /** Writes what changed to the store. Call when no process holds an fd any more. */
  save(): void {
    const store = this.#store;
    if (!store) return;
    for (const id of this.#removed) if (!this.#entries.has(id)) store.remove(this.kind, id);
    this.#removed.clear();
    for (const [id, entry] of this.#entries) {
      if (!entry.changed && entry.saved?.refs === entry.refs && entry.saved.users === entry.users) continue;
      const fields = entry.object === undefined ? entry.saved : this.#codec.record(entry.object, id);
      entry.saved = { ...fields, refs: entry.refs, users: entry.users };
      entry.changed = false;
      store.put(this.kind, id, entry.saved);
    }
    if (this.#last !== Number(store.get(`${this.kind}.last`, 0) ?? 0)) store.put(`${this.kind}.last`, 0, this.#last);
  }

  #living(id: number): Entry<T> {
    const entry = this.#entry(id);
    invariant(entry && entry.refs > 0, `${this.kind} ${id} is alive`);
    return entry;
  }

  #entry(id: number): Entry<T> | undefined {
    const entry = this.#entries.get(id);
    if (entry || !this.#store || this.#removed.has(id)) return entry;
    const saved = this.#store.get(this.kind, id) as StoredRecord | undefined;
    if (saved === undefined) return undefined;
    const { refs, users } = saved as { refs: number; users: number };
    const read = { object: undefined, saved, refs, users, changed: false };
    this.#entries.set(id, read);
    return read;
  }

  #nextFree(): number | Errno {
    let id = this.#last;
    for (let tries = 0; tries < MAX_ID; tries++) {
      id = id >= MAX_ID ? 1 : id + 1;
      if (!this.has(id)) return id;
    }
    return -errno.ENOSPC;
  }

  /** Where `id` stands, or would stand, in the list of ids. */
  #position(id: number): number {
    const ids = this.ids();
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ids[middle] < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
