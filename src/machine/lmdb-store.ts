import { Buffer } from 'node:buffer';
import { open, type RootDatabase } from 'lmdb';
import type { Store, StoredValue } from '../kernel/index.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
import { errCannotOpen } from './errors.ts';
import { checkFile } from './file-check.ts';
import { PAGE_SIZE } from './page-size.ts';

type Database = RootDatabase<Uint8Array, Uint8Array>;

/** Address space for the file, of which it takes what it needs: the whole linear memory (4 GiB) and as much again. */
const MAP_SIZE = 16 * 1024 ** 3;
const MAX_READERS = 1024;
/** The kind of the pages' keys. */
const PAGE = 'page';
const MAX_ID = 0xffff_ffff;

/** Opens the file of a machine, and makes it where it is not there. @throws {MachineError} MACHINE_NOT_ONE, MACHINE_CANNOT_OPEN */
export function openDatabase(path: string, options: { readonly readOnly: boolean }): Database {
  checkFile(path);
  try {
    const db = open<Uint8Array, Uint8Array>({
      path,
      noSubdir: true,
      readOnly: options.readOnly,
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: MAP_SIZE,
      maxReaders: MAX_READERS,
      maxDbs: 1,
      overlappingSync: false,
    });
    db.readerCheck();
    return db;
  } catch (error) {
    throw errCannotOpen(path, error);
  }
}

function keyOf(kind: string, id: number): Buffer {
  const key = Buffer.alloc(kind.length + 5);
  key.write(kind, 'latin1');
  key.writeUInt32BE(id, kind.length + 1);
  return key;
}

/**
 * The records and pages of a machine. Keys are the kind, a zero byte and the id, so that the ids of a kind stand in
 * order. Inside a write transaction it reads what that wrote; else `transaction` names the snapshot that it reads.
 */
export class LmdbStore implements Store {
  readonly #db: Database;
  readonly #options: { readonly transaction?: ReturnType<Database['useReadTransaction']> };
  /** Pages of zeros are not kept. */
  readonly #zeros = Buffer.alloc(PAGE_SIZE);

  constructor(db: Database, transaction?: ReturnType<Database['useReadTransaction']>) {
    this.#db = db;
    this.#options = transaction ? { transaction } : {};
  }

  get(kind: string, id: number): StoredValue | undefined {
    const bytes = this.#read(keyOf(kind, id));
    return bytes && decodeRecord(bytes);
  }

  put(kind: string, id: number, value: StoredValue): void {
    this.#db.putSync(keyOf(kind, id), encodeRecord(value));
  }

  remove(kind: string, id: number): void {
    this.#db.removeSync(keyOf(kind, id));
  }

  ids(kind: string): number[] {
    const ids: number[] = [];
    const range = { ...this.#options, start: keyOf(kind, 0), end: Buffer.concat([keyOf(kind, MAX_ID), Buffer.of(0)]) };
    for (const key of this.#db.getKeys(range)) {
      const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
      ids.push(bytes.readUInt32BE(bytes.length - 4));
    }
    return ids;
  }

  loadPage(page: number, into: Uint8Array): void {
    const bytes = this.#read(keyOf(PAGE, page));
    if (bytes) into.set(bytes);
  }

  savePage(page: number, bytes: Uint8Array): void {
    const key = keyOf(PAGE, page);
    const saved = this.#read(key);
    const now = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (now.equals(this.#zeros)) {
      if (saved) this.#db.removeSync(key);
    } else if (!saved || !now.equals(saved)) this.#db.putSync(key, now);
  }

  removePage(page: number): void {
    this.#db.removeSync(keyOf(PAGE, page));
  }

  /** Good until the next read: lmdb reads all values into one buffer, whose `length` alone says how much it read. */
  #read(key: Uint8Array): Uint8Array | undefined {
    const read = this.#db.getBinaryFast as (key: Uint8Array, options: unknown) => Uint8Array | undefined;
    const bytes = read.call(this.#db, key, this.#options);
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
