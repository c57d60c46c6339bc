import { findSec, type SecDef } from '../catalog/index.ts';
import type { BpfObject, MapSpec } from '../object/index.ts';
import type { Fd } from '../syscall/index.ts';
import { errno } from '../uapi/index.ts';
import type { Context } from './context.ts';
import { errFailed, errNotSupported, errSystem } from './errors.ts';
import type { KernelObjects } from './kernel-objects.ts';
import { takeMap } from './refs.ts';
import { parseUnsigned, type Words } from './words.ts';

/** What follows the object's file in `prog load`. */
export interface LoadArguments {
  /** Where the program, or the directory of programs, is pinned; undefined where the command line has none. */
  readonly path: string | undefined;
  readonly type: SecDef | undefined;
  readonly maps: readonly MapReplacement[];
  readonly pinmaps: string | undefined;
  readonly autoattach: boolean;
  /** BTF to relocate against. */
  readonly kernelBtf: string | undefined;
}

/** A map of the object, by name or by position, and the one to use for it. */
interface MapReplacement {
  readonly which: string | number;
  readonly fd: Fd;
}

/** The words that may follow the object's file; anything else there is a path. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'map',
  'dev',
  'offload_dev',
  'xdpmeta_dev',
  'pinmaps',
  'autoattach',
  'kernel_btf',
]);

/** Takes `[PATH] [type TYPE] [map {idx I|name N} MAP]… [pinmaps DIR] [autoattach] [kernel_btf FILE]`. */
export async function takeLoadArguments(context: Context, words: Words): Promise<LoadArguments> {
  const path = words.peek === undefined || KEYWORDS.has(words.peek) ? undefined : words.take();
  let type: SecDef | undefined;
  let pinmaps: string | undefined;
  let kernelBtf: string | undefined;
  let autoattach = false;
  const maps: MapReplacement[] = [];
  while (words.count > 0) {
    if (words.takeIf('type')) {
      if (type !== undefined) throw errFailed('program type already specified');
      words.need(1);
      type = typeOf(words.take());
    } else if (words.takeIf('map')) {
      words.need(4);
      maps.push(takeReplacement((await context.session()).objects, words));
    } else if (words.is('dev') || words.is('offload_dev') || words.is('xdpmeta_dev')) {
      await refuseDevice(context, words);
    } else if (words.takeIf('pinmaps')) {
      words.need(1);
      pinmaps = words.take();
    } else if (words.takeIf('autoattach')) {
      autoattach = true;
    } else if (words.takeIf('kernel_btf')) {
      words.need(1);
      kernelBtf = words.take();
    } else {
      throw errFailed(`expected no more arguments, 'type', 'map' or 'dev', got: '${words.peek}'?`);
    }
  }
  return { path, type, maps, pinmaps, autoattach, kernelBtf };
}

const DEPRECATED_DEV = `Warning: 'bpftool prog load [...] dev <ifname>' syntax is deprecated.
Going further, please use 'offload_dev <ifname>' to offload program to device.
For applications using XDP hints only, use 'xdpmeta_dev <ifname>'.`;

/** A device that is to run the program, or to give it its hints. */
async function refuseDevice(context: Context, words: Words): Promise<never> {
  if (words.is('dev')) context.printer.info(DEPRECATED_DEV);
  words.take();
  words.need(1);
  const name = words.take();
  const { system } = await context.session();
  if (!system.netDevices().some((device) => device.name === name)) {
    throw errSystem(`unrecognized netdevice '${name}'`, -errno.ENODEV, -1);
  }
  throw errNotSupported('programs on network hardware');
}

/** A type is a section's name; those that want a target may stand without one. */
function typeOf(name: string): SecDef {
  const sec = findSec(name) ?? findSec(`${name}/`);
  if (sec === undefined) throw errFailed(`failed to guess program type from ELF section '${name}/'`);
  return sec;
}

function takeReplacement(objects: KernelObjects, words: Words): MapReplacement {
  if (words.takeIf('name')) return { which: words.take(), fd: takeMap(objects, words) };
  if (!words.takeIf('idx')) throw errFailed(`expected 'idx' or 'name', got: '${words.peek}'?`);
  const word = words.take();
  const index = parseUnsigned(word);
  if (index === undefined) throw errFailed(`can't parse ${word} as IDX`);
  return { which: Number(index), fd: takeMap(objects, words) };
}

/** The object's maps that are replaced. @throws {CliError} for one that it does not have, or that is named twice */
export function replacedMaps(object: BpfObject, { maps }: LoadArguments): Map<MapSpec, Fd> {
  const replaced = new Map<MapSpec, Fd>();
  for (const { which, fd } of maps) {
    const byName = typeof which === 'string';
    const spec = byName ? object.maps.find((map) => map.name === which) : object.maps[which];
    if (spec === undefined) throw errFailed(byName ? `unable to find map '${which}'` : `map idx '${which}' not used`);
    if (replaced.has(spec)) {
      throw errFailed(`replacement for map idx ${spec.index} specified more than once`);
    }
    replaced.set(spec, fd);
  }
  return replaced;
}
