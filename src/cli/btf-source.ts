import { type BpftoolForm, type Btf, BtfError, type BtfId, mergeBtf } from '../btf/index.ts';
import { type BtfInfo, isErrno } from '../syscall/index.ts';
import { errno } from '../uapi/index.ts';
import { readBtfFile } from './btf-file.ts';
import type { Context } from './context.ts';
import { CliError, errFailed, strerror } from './errors.ts';
import type { KernelObjects } from './kernel-objects.ts';
import { takeMapWithInfo, takeProg } from './refs.ts';
import type { Words } from './words.ts';

const SYSFS = '/sys/kernel/btf/';
const VMLINUX = `${SYSFS}vmlinux`;
const MAX_FILES = 64;

/** Where `btf dump` takes types from. */
export interface BtfSource {
  /** Only these types, where the words say so. */
  readonly roots: readonly BtfId[] | undefined;
  /** Files are read before the words that follow them are looked at, BTF in the kernel after that. */
  load(): Btf;
}

/** Takes a BTF_SRC: `file F...`, `prog PROG`, `map MAP [key|value|kv|all]` or `id N`. */
export async function takeBtfSource(context: Context, words: Words): Promise<BtfSource> {
  if (words.takeIf('map')) {
    words.needOrUsage(2);
    return takeMapSource(context, (await context.session()).objects, words);
  }
  if (words.takeIf('prog')) {
    words.needOrUsage(2);
    const { objects } = await context.session();
    const { btfId } = objects.progInfo(takeProg(objects, words));
    return { roots: undefined, load: () => loadFromKernel(context, objects, btfId) };
  }
  if (words.takeIf('id')) {
    const { objects } = await context.session();
    const id = words.takeU32('ID');
    return { roots: undefined, load: () => loadFromKernel(context, objects, id) };
  }
  if (words.takeIf('file')) {
    const btf = takeFiles(context, words);
    return { roots: undefined, load: () => btf };
  }
  throw errFailed(`unrecognized BTF source specifier: '${words.peek}'`);
}

function takeMapSource(context: Context, objects: KernelObjects, words: Words): BtfSource {
  const { info } = takeMapWithInfo(objects, words);
  const load = () => loadFromKernel(context, objects, info.btfId);
  if (words.takeIf('key')) return { roots: [info.btfKeyTypeId], load };
  if (words.takeIf('value')) return { roots: [info.btfValueTypeId], load };
  if (words.takeIf('all')) return { roots: undefined, load };
  words.takeIf('kv');
  return { roots: [info.btfKeyTypeId, info.btfValueTypeId], load };
}

/** Without `-B`, a module's BTF goes on from the kernel's. */
function loadFromKernel({ base, printer }: Context, objects: KernelObjects, id: number): Btf {
  if (base === undefined) {
    const info = kernelBtfInfo(objects, id);
    // bpftool and the library that it stands on each say that it is not there.
    if (typeof info === 'number') printer.error(`can't get BTF object by id (${id}): ${strerror(info)}`);
    else if (info.kernelBtf && info.name !== 'vmlinux') {
      const fallback = `falling back to standard base BTF (${VMLINUX})`;
      printer.info(`Warning: valid base BTF was not specified with -B option, ${fallback}`);
    }
  }
  try {
    return objects.btf(id, base);
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
    throw errFailed(`get btf by id (${id}): ${error.message}`, -errno.EINVAL);
  }
}

/** @returns a negative errno where there is none of that id */
function kernelBtfInfo(objects: KernelObjects, id: number): BtfInfo | number {
  const fd = objects.system.objGetFdById('btf', id);
  if (isErrno(fd)) return fd;
  const info = objects.btfInfo(fd);
  objects.system.close(fd);
  return info;
}

/** Modules of the running kernel are based on its own BTF, which is no file to merge then. */
function takeFiles(context: Context, words: Words): Btf {
  const { base, io, options, printer } = context;
  const named = takePaths(words, options.bpftool);
  const files = named.filter((path) => path !== VMLINUX);
  if (options.bpftool !== '7.5' || named.length > 1) {
    for (let i = files.length; i < named.length; i++) {
      printer.info(`skipping ${VMLINUX} (will be loaded as base)`);
    }
  }
  const onto = base ?? (files.some((path) => path.startsWith(SYSFS)) ? readSysfsBase(context) : undefined);
  if (files.length < 2) return readBtfFile(io, files[0] ?? VMLINUX, { base: onto });
  if (onto === undefined) {
    const need = 'use -B/--base-btf or use sysfs paths';
    throw errFailed(`base BTF is required when merging multiple BTF files; ${need}`, -errno.EINVAL);
  }
  return mergeBtf(
    files.map((path) => readBtfFile(io, path, { base: onto })),
    { base: onto },
  );
}

/** The path that is next, and one more for each `file` after it. */
function takePaths(words: Words, form: BpftoolForm): string[] {
  const paths = [words.take()];
  // One that knows a single file takes what abbreviates both words for the format.
  while (words.is('file') && (form !== '7.5' || !words.is('format'))) {
    words.take();
    if (words.count === 0) throw errFailed(`'${words.previous}' needs at least 1 arguments, 0 found`, -errno.EINVAL);
    paths.push(words.take());
    if (paths.filter((path) => path !== VMLINUX).length > MAX_FILES) {
      throw errFailed(`too many BTF files (max ${MAX_FILES})`, -errno.E2BIG);
    }
  }
  return paths;
}

/** As bpftool, which goes on without it. */
function readSysfsBase({ io, printer }: Context): Btf | undefined {
  try {
    return readBtfFile(io, VMLINUX);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    printer.error(`failed to parse vmlinux BTF at '${VMLINUX}': ${error.status}\n`);
    return undefined;
  }
}
