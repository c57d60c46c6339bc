import { bpf_attach_type, bpf_flags } from '../uapi/index.ts';
import { type AttachContext, type Attached, createLink, createPerfLink } from './attach-context.ts';
import { openBinary, resolvePath } from './binaries.ts';
import { functionOffset, matchingOffsets } from './binary-functions.ts';
import { errAttachTarget } from './errors.ts';

/** A place in a user program. */
export interface UprobeTarget {
  /** A path, or a name: one with `.so` is looked for where libraries are, any other in `PATH`. */
  readonly binary: string;
  /** `name`, or of a library also `name@VERSION` and `name@@VERSION`; without it `offset` is that in the file. */
  readonly func?: string;
  /** Bytes from the beginning of the function; default 0. */
  readonly offset?: bigint;
  /** When the function returns. */
  readonly retprobe?: boolean;
  /** The process; default: all. */
  readonly pid?: number;
  /** Where in the file a counter of those who watch stands (a semaphore); default: none. */
  readonly refCtrOffset?: bigint;
}

/** Many places in a user program. */
export interface UprobeMultiTarget {
  /** As of one place. */
  readonly binary: string;
  /** The functions that it means, with `*` and `?`; or else `funcs`, or else `offsets`. */
  readonly pattern?: string;
  readonly funcs?: readonly string[];
  /** In the file. */
  readonly offsets?: readonly bigint[];
  /** One for each of `funcs` or `offsets`. */
  readonly refCtrOffsets?: readonly bigint[];
  /** One for each of `funcs` or `offsets`. */
  readonly cookies?: readonly bigint[];
  readonly retprobe?: boolean;
  readonly pid?: number;
}

const SECTION_TARGET = /^([^:]+):(.+)$/;
const PLUS_OFFSET = /\+([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/;

/** `binary:func[+offset]` of a section's name. */
export function sectionUprobe(context: AttachContext, target: string): Attached {
  const { spec } = context;
  const [, binary, place] = SECTION_TARGET.exec(target) ?? [];
  if (binary === undefined)
    throw errAttachTarget(spec.name, `section '${spec.section}' missing ':function[+offset]' specification`);
  const plus = PLUS_OFFSET.exec(place);
  const offset = plus === null ? 0n : parseOffset(plus);
  const retprobe = /^uretprobe(\.s)?\//.test(spec.section);
  if (retprobe && offset !== 0n) throw errAttachTarget(spec.name, 'uretprobes do not support offset specification');
  const func = plus === null ? place : place.slice(0, plus.index);
  return attachUprobe(context, { binary, func, offset, retprobe });
}

/** A number as strtol(3) reads it: hexadecimal behind 0x, octal behind 0. */
function parseOffset([, sign, digits]: RegExpExecArray): bigint {
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -value : value;
}

/** A link on one place of a user program. @throws {SyscallError}, {LoaderError} `LOADER_ATTACH_TARGET`, {ElfError} */
export function attachUprobe(context: AttachContext, target: UprobeTarget): Attached {
  const { spec } = context;
  const { binary, func, offset = 0n, retprobe, pid, refCtrOffset = 0n } = target;
  const finder = { ...context, program: spec.name };
  const found = func === undefined ? undefined : openBinary(finder, binary);
  const file = found?.path ?? resolvePath(finder, binary);
  const start = found && func !== undefined ? functionOffset(spec.name, found, func) : 0n;
  const event = {
    type: retprobe ? ('uretprobe' as const) : ('uprobe' as const),
    file,
    offset: BigInt.asUintN(64, start + offset),
    refCtrOffset,
  };
  return { fds: [createPerfLink(context, event, { pid })] };
}

/** `binary:pattern` of a section's name. */
export function sectionUprobeMulti(context: AttachContext, target: string): Attached {
  const { spec } = context;
  const [, binary, pattern] = SECTION_TARGET.exec(target) ?? [];
  if (binary === undefined) throw errAttachTarget(spec.name, `invalid format of section definition '${spec.section}'`);
  return attachUprobeMulti(context, { binary, pattern, retprobe: spec.section.startsWith('uretprobe.multi') });
}

/** One link on many places. @throws {SyscallError}, {LoaderError} `LOADER_ATTACH_TARGET`, {ElfError} */
export function attachUprobeMulti(context: AttachContext, target: UprobeMultiTarget): Attached {
  const { spec, options } = context;
  const { pattern, funcs, refCtrOffsets, cookies, retprobe, pid } = target;
  const finder = { ...context, program: spec.name };
  let { offsets = [] } = target;
  let path: string;
  if (pattern !== undefined || funcs !== undefined) {
    const found = openBinary(finder, target.binary);
    path = found.path;
    offsets =
      pattern !== undefined
        ? matchingOffsets(spec.name, found, pattern)
        : (funcs ?? []).map((name) => functionOffset(spec.name, found, name));
  } else path = resolvePath(finder, target.binary);
  const session = context.attachType !== bpf_attach_type.BPF_TRACE_UPROBE_MULTI;
  const link = createLink(context, {
    attachType: session ? context.attachType : bpf_attach_type.BPF_TRACE_UPROBE_MULTI,
    uprobeMulti: {
      // The kernel follows symbolic links; an emulated one has no files of its own, so it is told where they lead.
      path: options.binaries?.realPath?.(path) ?? path,
      offsets,
      refCtrOffsets,
      cookies,
      flags: retprobe ? bpf_flags.BPF_F_UPROBE_MULTI_RETURN : 0,
      pid: pid ?? 0,
    },
  });
  return { fds: [link] };
}
