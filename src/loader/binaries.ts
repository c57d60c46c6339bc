import { type ElfBinary, parseBinary } from '../elf/index.ts';
import type { System } from '../syscall/index.ts';
import { errAttachTarget } from './errors.ts';

/** The files of the machine on which user programs run: executables and libraries, where probes are placed. */
export interface BinaryFiles {
  /** Contents of a file; undefined where there is none. */
  read(path: string): Uint8Array | undefined;
  /** Whether a file can be read, and where that is asked for also run; default: whether `read` gives something. */
  has?(path: string, options: { readonly executable: boolean }): boolean;
  /** `PATH` and `LD_LIBRARY_PATH`, where a name without a path is looked for. */
  env?(name: string): string | undefined;
  /** The path without symbolic links in it; default: the path. */
  realPath?(path: string): string;
}

/** Where Debian keeps the libraries of an architecture. */
const LIBRARY_PATHS: Readonly<Record<string, string>> = {
  x86_64: '/lib/x86_64-linux-gnu',
  i386: '/lib/i386-linux-gnu',
  aarch64: '/lib/aarch64-linux-gnu',
  s390x: '/lib/s390x-linux-gnu',
  riscv64: '/lib/riscv64-linux-gnu',
};

/** A binary that was found. */
export interface FoundBinary {
  readonly path: string;
  readonly elf: ElfBinary;
}

/** Who looks for a binary. */
export interface BinaryContext {
  readonly system: System;
  readonly options: { readonly binaries?: BinaryFiles };
  /** The program that is to be attached, for messages. */
  readonly program: string;
}

/**
 * Opens the binary that a section's name or a caller names: a path, or a name that is looked for: one with `.so` where
 * libraries are, any other in `PATH`.
 * @throws {LoaderError} `LOADER_ATTACH_TARGET`, {ElfError}
 */
export function openBinary(context: BinaryContext, name: string): FoundBinary {
  const path = resolvePath(context, name);
  const bytes = context.options.binaries?.read(path);
  if (bytes === undefined) throw errAttachTarget(context.program, `cannot read '${path}'`);
  return { path, elf: parseBinary(bytes) };
}

/** The path of a binary. @throws {LoaderError} `LOADER_ATTACH_TARGET` where a name is found nowhere */
export function resolvePath({ system, options, program }: BinaryContext, name: string): string {
  if (name.includes('/')) return name;
  const { binaries } = options;
  const library = name.endsWith('.so') || name.includes('.so.');
  const folders = searchPath(library, system.machineFacts().machine, binaries);
  const has = (path: string) => binaries?.has?.(path, { executable: !library }) ?? binaries?.read(path) !== undefined;
  for (const folder of folders) if (has(`${folder}/${name}`)) return `${folder}/${name}`;
  throw errAttachTarget(program, `failed to resolve full path for '${name}': it is in none of ${folders.join(', ')}`);
}

function searchPath(library: boolean, machine: string, binaries: BinaryFiles | undefined): string[] {
  const lists = library
    ? [binaries?.env?.('LD_LIBRARY_PATH'), '/usr/lib64:/usr/lib', LIBRARY_PATHS[machine], '/lib64:/lib']
    : [binaries?.env?.('PATH'), '/usr/bin:/usr/sbin'];
  return lists.flatMap((list) => (list ?? '').split(':')).filter((folder) => folder !== '');
}
