import type { Fd } from '../../syscall/index.ts';
import { bpf_attach_type } from '../../uapi/index.ts';
import { type AttachContext, type Attached, createPerfLink } from '../attach-context.ts';
import { attachUprobeMulti } from '../attach-uprobe.ts';
import { openBinary } from '../binaries.ts';
import { errAttachTarget, errCannotAttach } from '../errors.ts';
import { kernelVersion } from '../target.ts';
import { parseUsdtArguments, type UsdtArgument } from './arguments.ts';
import { findUsdtSites, type UsdtSite } from './notes.ts';
import type { UsdtSpecUse } from './specs.ts';

/** A static probe of user programs (USDT). */
export interface UsdtTarget {
  /** A path, or a name: one with `.so` is looked for where libraries are, any other in `PATH`. */
  readonly binary: string;
  readonly provider: string;
  readonly name: string;
  /** The process; default: all. */
  readonly pid?: number;
}

/** Since Linux 5.15 a program is handed a cookie of its link. */
const COOKIE_VERSION = (5 << 16) + (15 << 8);
const ET_DYN = 3;

/** `path:provider:name` of a section's name. */
export function sectionUsdt(context: AttachContext, target: string): Attached {
  const { spec } = context;
  const [binary, provider, name] = target.split(':');
  if (!binary || !provider || !name) {
    throw errAttachTarget(
      spec.name,
      `invalid section '${spec.section}', expected SEC("usdt/<path>:<provider>:<name>")`,
    );
  }
  return attachUsdt(context, { binary, provider, name });
}

/**
 * Attaches a program to every place of a static probe, and tells it where the arguments are: one link on all of them
 * where the program was loaded for that, else a link each.
 *
 * @throws {LoaderError} `LOADER_ATTACH_TARGET`, `LOADER_NOT_SUPPORTED`, {SyscallError}, {ElfError}
 */
export function attachUsdt(context: AttachContext, target: UsdtTarget): Attached {
  const { spec, system } = context;
  const use = context.usdt.use(spec.name);
  const { machine, release, endian } = system.machineFacts();
  const found = openBinary({ ...context, program: spec.name }, target.binary);
  if (found.elf.endian !== endian) throw errAttachTarget(spec.name, `ELF endianness mismatch for '${found.path}'`);
  const sites = findUsdtSites(spec.name, found, target);
  const withCookies = kernelVersion(release) >= COOKIE_VERSION;
  if (!withCookies && found.elf.type === ET_DYN) {
    throw errCannotAttach(spec.name, 'static probes of position-independent files before Linux 5.15');
  }
  const cookie = context.cookie ?? 0n;
  const specs = sites.map((site) => ({ args: argumentsOf(context, site, machine), cookie }));
  const { pid } = target;
  const { path } = found;
  try {
    const ids = sites.map((site, i) => use.idOf(site.args, specs[i]));
    const { fds } =
      context.attachType === bpf_attach_type.BPF_TRACE_UPROBE_MULTI
        ? attachTogether(context, { path, sites, ids, pid })
        : attachOneByOne(context, { path, sites, ids, pid, use, withCookies });
    return { fds, released: () => use.release() };
  } catch (error) {
    use.release();
    throw error;
  }
}

function argumentsOf({ spec }: AttachContext, { args }: UsdtSite, machine: string): UsdtArgument[] {
  const parsed = parseUsdtArguments(args, machine);
  if (typeof parsed === 'string') throw errAttachTarget(spec.name, `USDT arguments '${args}': ${parsed}`);
  return parsed;
}

interface Places {
  readonly path: string;
  readonly sites: readonly UsdtSite[];
  readonly ids: readonly number[];
  readonly pid: number | undefined;
}

function attachTogether(context: AttachContext, { path, sites, ids, pid }: Places): Attached {
  return attachUprobeMulti(context, {
    binary: path,
    offsets: sites.map(({ offset }) => offset),
    refCtrOffsets: sites.map(({ semaphore }) => semaphore),
    cookies: ids.map(BigInt),
    pid,
  });
}

function attachOneByOne(
  context: AttachContext,
  places: Places & { readonly use: UsdtSpecUse; readonly withCookies: boolean },
): Attached {
  const { path, sites, ids, pid, use, withCookies } = places;
  const fds: Fd[] = [];
  try {
    for (const [i, { offset, semaphore, address }] of sites.entries()) {
      if (!withCookies) use.bindAddress(address, ids[i]);
      const event = { type: 'uprobe', file: path, offset, refCtrOffset: semaphore } as const;
      fds.push(createPerfLink({ ...context, cookie: withCookies ? BigInt(ids[i]) : undefined }, event, { pid }));
    }
  } catch (error) {
    for (const fd of fds) context.system.close(fd);
    throw error;
  }
  return { fds: fds as [Fd, ...Fd[]] };
}
