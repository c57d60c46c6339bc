import { gunzipSync } from 'node:zlib';
import { InternalError } from '../base/index.ts';
import { type Btf, type ParseBtfOptions, parseBtf } from '../btf/index.ts';
import { parseElf } from '../elf/index.ts';
import { errno } from '../uapi/index.ts';
import { CliError, errFailed, strerror } from './errors.ts';
import { errnoOf } from './files.ts';
import type { Io } from './io.ts';

/** Largest BTF that a compressed file may hold: ten times that of a full kernel with its modules. */
const MAX_UNPACKED = 256 << 20;

/** The BTF in a file: raw, in the `.BTF` section of an ELF file, either of them compressed with gzip. */
export function readBtfFile(io: Io, path: string, options: ParseBtfOptions = {}): Btf {
  return parseBtfFile(readBytes(io, path), path, options);
}

function readBytes(io: Io, path: string): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    const code = errnoOf(error);
    throw errFailed(`failed to load BTF from ${path}: ${strerror(code)}`, code);
  }
}

/** The BTF in a file as a raw blob. */
export function readRawBtf(io: Io, path: string): Uint8Array {
  const file = readBytes(io, path);
  return orFailed(path, () => rawBtf(file));
}

function parseBtfFile(file: Uint8Array, path: string, options: ParseBtfOptions): Btf {
  return orFailed(path, () => parseBtf(rawBtf(file), isElf(file) ? { pointerSize: 8, ...options } : options));
}

function rawBtf(file: Uint8Array): Uint8Array {
  const bytes = isGzip(file) ? gunzipSync(file, { maxOutputLength: MAX_UNPACKED }) : file;
  if (!isElf(bytes)) return bytes;
  const section = parseElf(bytes).sectionNamed('.BTF');
  if (section === undefined) throw errFailed('it has no .BTF section', -errno.ENODATA);
  return section.data;
}

function orFailed<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InternalError) throw error;
    const status = error instanceof CliError ? error.status : -errno.EINVAL;
    throw errFailed(`failed to load BTF from ${path}: ${(error as Error).message}`, status);
  }
}

const startsWith = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
const isGzip = (bytes: Uint8Array) => startsWith(bytes, 0x1f, 0x8b);
const isElf = (bytes: Uint8Array) => startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46);
