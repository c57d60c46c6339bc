import { gunzipSync } from 'node:zlib';
import { InternalError } from '../base/index.ts';
import { type Btf, type BtfExt, type ParseBtfOptions, parseBtf, parseBtfExt } from '../btf/index.ts';
import { type ElfFile, parseElf } from '../elf/index.ts';
import { errno } from '../uapi/index.ts';
import { CliError, errFailed, strerror } from './errors.ts';
import { errnoOf } from './files.ts';
import type { Io } from './io.ts';

/** Largest BTF that a compressed file may hold: ten times that of a full kernel with its modules. */
const MAX_UNPACKED = 256 << 20;

/** How to read a file that holds BTF. */
export interface BtfFileOptions extends ParseBtfOptions {
  /** What is said where that fails: `problem: reason`; default `failed to load BTF from PATH`. */
  readonly problem?: string;
}

/** The BTF in a file: raw, in the `.BTF` section of an ELF file, either of them compressed with gzip. */
export function readBtfFile(io: Io, path: string, options: BtfFileOptions = {}): Btf {
  const problem = options.problem ?? loadProblem(path);
  const file = readBytes(io, path, problem);
  return orFailed(problem, () => parseBtf(rawBtf(file), isElf(file) ? { pointerSize: 8, ...options } : options));
}

const loadProblem = (path: string) => `failed to load BTF from ${path}`;

function readBytes(io: Io, path: string, problem: string): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    const code = errnoOf(error);
    throw errFailed(`${problem}: ${strerror(code)}`, code);
  }
}

/** The BTF in a file as a raw blob. */
export function readRawBtf(io: Io, path: string): Uint8Array {
  const file = readBytes(io, path, loadProblem(path));
  return orFailed(loadProblem(path), () => rawBtf(file));
}

/** `.BTF` and `.BTF.ext` of a BPF object. @param problem what is said where that fails: `problem: reason` */
export function readObjectBtf(io: Io, path: string, problem: string): { btf: Btf; ext: BtfExt } {
  const file = readBytes(io, path, problem);
  return orFailed(problem, () => {
    const elf = parseElf(file);
    const btf = parseBtf(sectionData(elf, '.BTF', errno.ENODATA), { pointerSize: 8 });
    return { btf, ext: parseBtfExt(sectionData(elf, '.BTF.ext', errno.EINVAL)) };
  });
}

function sectionData(elf: ElfFile, name: string, absent: number): Uint8Array {
  const section = elf.sectionNamed(name);
  if (section === undefined) throw errFailed(`section ${name} not found`, -absent);
  return section.data;
}

function rawBtf(file: Uint8Array): Uint8Array {
  const bytes = isGzip(file) ? gunzipSync(file, { maxOutputLength: MAX_UNPACKED }) : file;
  if (!isElf(bytes)) return bytes;
  const section = parseElf(bytes).sectionNamed('.BTF');
  if (section === undefined) throw errFailed('it has no .BTF section', -errno.ENODATA);
  return section.data;
}

function orFailed<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InternalError) throw error;
    const status = error instanceof CliError ? error.status : -errno.EINVAL;
    throw errFailed(`${problem}: ${(error as Error).message}`, status);
  }
}

const startsWith = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
const isGzip = (bytes: Uint8Array) => startsWith(bytes, 0x1f, 0x8b);
const isElf = (bytes: Uint8Array) => startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46);
