import { EbpftsError } from '../base/index.ts';
import { type Skeleton, skeletonName, skeletonOf } from '../gen/index.ts';
import { openObject } from '../object/index.ts';
import type { Context } from './context.ts';
import { errFailed, strerror } from './errors.ts';
import { errnoOf } from './files.ts';
import { LIBBPF_OPNOTSUPP, libbpfErrno, libbpfStrerror } from './libbpf-errno.ts';
import type { Words } from './words.ts';

/** `FILE [name NAME] [lang LANG]` */
export interface SkeletonArguments {
  readonly path: string;
  readonly name: string | undefined;
  readonly lang: string | undefined;
}

export function takeSkeletonArguments(words: Words): SkeletonArguments {
  words.needOrUsage(1);
  const path = words.take();
  let name: string | undefined;
  let lang: string | undefined;
  while (words.count > 0) {
    words.need(2);
    if (words.takeIf('name')) {
      if (name !== undefined) throw errFailed('object name already specified');
      name = words.take();
    } else if (words.takeIf('lang')) {
      if (lang !== undefined) throw errFailed('language already specified');
      lang = words.take();
    } else throw errFailed(`unknown arg ${words.peek}`);
  }
  return { path, name, lang };
}

/** How a skeleton's object is opened. */
export interface SkeletonFileOptions {
  /** What is generated must work with libbpf: what that refuses is refused. */
  readonly forLibbpf: boolean;
  /** Maps of data sections go by their section alone: a subskeleton does not know the object that it becomes part of. */
  readonly nameless: boolean;
  /** What the command returns where the object cannot be opened; default the errno, as libbpf has it. */
  readonly status?: number;
}

/**
 * Opens an object file for a generator.
 * DEVIATION: bpftool 7.5 refuses objects of the other byte order, from which the same text comes.
 * @throws {CliError} as bpftool says it
 */
export function openSkeleton(context: Context, args: SkeletonArguments, options: SkeletonFileOptions): Skeleton {
  const { path } = args;
  const elf = readElf(context, path);
  const name = args.name || skeletonName(path);
  const fail = (problem: string, errno: number) => {
    const message = `failed to open BPF object file: ${libbpfStrerror(errno)}`;
    context.printer.info(`libbpf: ${problem}`);
    return errFailed(context.options.json ? `${message}: ${problem}` : message, options.status ?? -errno);
  };
  let skeleton: Skeleton;
  try {
    const relaxedMaps = context.options.mapcompat;
    skeleton = skeletonOf(openObject(elf, { name: options.nameless ? '' : name, relaxedMaps }), elf, {
      file: path,
      name,
    });
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    throw fail(error.message, libbpfErrno(error));
  }
  if (options.forLibbpf && skeleton.object.maps.some(({ origin }) => origin === 'legacy')) {
    throw fail("elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+", LIBBPF_OPNOTSUPP);
  }
  for (const warning of skeleton.object.warnings) context.printer.info(`Warning: ${warning}`);
  return skeleton;
}

/** bpftool looks at a file, opens it and maps it into memory: each can fail in its own way. */
function readElf(context: Context, path: string): Uint8Array {
  let elf: Uint8Array;
  try {
    elf = context.io.readFile(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EISDIR') throw errFailed(`failed to mmap() ${path}: No such device`);
    throw errFailed(`failed to ${code === 'EACCES' ? 'open' : 'stat'}() ${path}: ${strerror(errnoOf(error))}`);
  }
  if (elf.length === 0) throw errFailed(`failed to mmap() ${path}: Invalid argument`);
  return elf;
}
