import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { ByteReader } from '../base/index.ts';
import { errNotAMachine } from './errors.ts';

/** A page of the file; its first two are meta pages: `struct MDB_meta` behind a page header, little-endian. */
const META_SIZE = 200;
const MAGIC_AT = 0x18;
const MAGIC = 0xbeef_c0de;
const VERSION_AT = 0x1c;
const VERSION = 2;
const PAGE_SIZE_AT = 0x30;
/** Root pages of the free list and of the records. */
const ROOTS_AT = [0x58, 0x88];
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/**
 * Looks whether a file that is there can be lmdb's: lmdb itself believes whatever it finds, and its mistakes end the
 * process.
 * @throws {MachineError} MACHINE_NOT_ONE
 */
export function checkFile(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size === 0) return;
    const pageSize = checkMeta(file, 0, path);
    checkMeta(file, pageSize, path);
  } finally {
    closeSync(file);
  }
}

/** @param at of the meta page @returns the size of pages, where the second meta page begins */
function checkMeta(file: number, at: number, path: string): number {
  const meta = new Uint8Array(META_SIZE);
  if (readSync(file, meta, 0, META_SIZE, at) < META_SIZE) throw errNotAMachine(path);
  const reader = new ByteReader(meta, 'little');
  if (reader.u32(MAGIC_AT) !== MAGIC || reader.u32(VERSION_AT) !== VERSION) throw errNotAMachine(path);
  const pageSize = reader.u32(PAGE_SIZE_AT);
  // After the meta page was read: another process may be making the file longer.
  const { size } = fstatSync(file);
  for (const rootAt of ROOTS_AT) {
    const root = reader.u64(rootAt);
    if (root !== NO_PAGE && (root + 1n) * BigInt(pageSize) > BigInt(size)) throw errNotAMachine(path, 'it is cut off');
  }
  return pageSize;
}
