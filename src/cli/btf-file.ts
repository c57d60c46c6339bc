import { gunzipSync } from 'node:zlib';
import { EbpftsError } from '../base/index.ts';
import { type Btf, type ParseBtfOptions, parseBtf } from '../btf/index.ts';
import { parseElf } from '../elf/index.ts';
import { errno } from '../uapi/index.ts';
import { errFailed, strerror } from './errors.ts';
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

function parseBtfFile(file: Uint8Array, path: string, options: ParseBtfOptions): Btf {
  try {
    const bytes = isGzip(file) ? gunzipSync(file, { maxOutputLength: MAX_UNPACKED }) : file;
    if (!isElf(bytes)) return parseBtf(bytes, options);
    const section = parseElf(bytes).sectionNamed('.BTF');
    if (section === undefined) throw errFailed('it has no .BTF section', -errno.ENODATA);
    return parseBtf(section.data, { pointerSize: 8, ...options });
  } catch (error) {
    const status = error instanceof EbpftsError && 'status' in error ? Number(error.status) : -errno.EINVAL;
    throw errFailed(`failed to load BTF from ${path}: ${(error as Error).message}`, status);
  }
}

const startsWith = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
const isGzip = (bytes: Uint8Array) => startsWith(bytes, 0x1f, 0x8b);
const isElf = (bytes: Uint8Array) => startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46);
