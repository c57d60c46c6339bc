import { InternalError } from '../base/index.ts';
import { type Btf, type BtfExt, type ParseBtfOptions, parseBtf, parseBtfExt, relocateToBase } from '../btf/index.ts';
import { ElfError, type ElfFile, parseBinary, parseElf } from '../elf/index.ts';
import { errno } from '../uapi/index.ts';
import { CliError, errFailed, strerror } from './errors.ts';
import { errnoOf, gunzip } from './files.ts';
import type { Io } from './io.ts';

/** Largest BTF that a compressed file may hold: ten times that of a full kernel with its modules. */
const MAX_UNPACKED = 256 << 20;
/** libbpf's own error of a file that is neither BTF nor a sound ELF file. @see tools/lib/bpf/libbpf.h (v6.12) */
const LIBBPF_ERRNO__FORMAT = 4001;

/** How to read a file that holds BTF. */
export interface BtfFileOptions extends ParseBtfOptions {
  /** What is said where that fails: `problem: reason`; default `failed to load BTF from PATH`. */
  readonly problem?: string;
}

/** The BTF in a file: raw, in the `.BTF` section of an ELF file, either of them compressed with gzip. */
export function readBtfFile(io: Io, path: string, options: BtfFileOptions = {}): Btf {
  const problem = options.problem ?? loadProblem(path);
  const file = readBytes(io, path, problem);
  return orFailed(problem, () => {
    const { bytes, distilledBase, pointerSize } = openBlob(file);
    if (distilledBase === undefined) return parseBtf(bytes, { pointerSize, ...options });
    const split = parseBtf(bytes, { pointerSize, base: parseBtf(distilledBase) });
    return options.base === undefined ? split : relocateToBase(split, options.base);
  });
}

/** The BTF that `-B` names. @throws {CliError} as bpftool, which reads it before it looks at the command */
export function readBaseBtf(io: Io, path: string): Btf {
  try {
    return readBtfFile(io, path);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw errFailed(`failed to parse base BTF at '${path}': ${error.status}\n`);
  }
}

const loadProblem = (path: string) => `failed to load BTF from ${path}`;

function readBytes(io: Io, path: string, problem: string): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    // A folder can be opened, but not read.
    const code = errnoOf(error) === -errno.EISDIR ? -errno.EIO : errnoOf(error);
    throw errFailed(`${problem}: ${strerror(code)}`, code);
  }
}

/** The BTF in a file as a raw blob. */
export function readRawBtf(io: Io, path: string): Uint8Array {
  const file = readBytes(io, path, loadProblem(path));
  return orFailed(loadProblem(path), () => openBlob(file).bytes);
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

/** A BTF blob, and what the file around it tells. */
interface Blob {
  readonly bytes: Uint8Array;
  /** What a module brings along of the kernel that it was built for. */
  readonly distilledBase?: Uint8Array;
  readonly pointerSize?: 4 | 8;
}

function openBlob(file: Uint8Array): Blob {
  const bytes = isGzip(file) ? gunzip(file, MAX_UNPACKED) : file;
  if (bytes.length < 2) throw errFailed(strerror(errno.EIO), -errno.EIO);
  if (isBtf(bytes)) return { bytes };
  if (!isElf(bytes)) throw errFailed('it is neither BTF nor an ELF file', -LIBBPF_ERRNO__FORMAT);
  const elf = parseBinary(bytes);
  const section = elf.sectionNamed('.BTF');
  if (section === undefined) throw errFailed('it has no .BTF section', -errno.ENODATA);
  const distilledBase = elf.sectionNamed('.BTF.base')?.data;
  return { bytes: section.data, distilledBase, pointerSize: elf.bits === 32 ? 4 : 8 };
}

function orFailed<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InternalError) throw error;
    throw errFailed(`${problem}: ${(error as Error).message}`, statusOf(error));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CliError) return error.status;
  return error instanceof ElfError ? -LIBBPF_ERRNO__FORMAT : -errno.EINVAL;
}

const startsWith = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
const isGzip = (bytes: Uint8Array) => startsWith(bytes, 0x1f, 0x8b);
const isElf = (bytes: Uint8Array) => startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46);
const isBtf = (bytes: Uint8Array) => startsWith(bytes, 0x9f, 0xeb) || startsWith(bytes, 0xeb, 0x9f);
