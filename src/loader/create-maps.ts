import { ByteWriter } from '../base/index.ts';
import type { BpfObject, MapSpec, ProgramSpec } from '../object/index.ts';
import type { RelocatedObject } from '../relo/index.ts';
import { type Errno, type Fd, isErrno, type MapCreateAttr, type MapInfo, type System } from '../syscall/index.ts';
import { BPF_OBJ_NAME_LEN, errno, bpf_map_type as T } from '../uapi/index.ts';
import { isPlainSection, olderMapAttr } from './adapt/older-calls.ts';
import { errReuse, errSyscall } from './errors.ts';
import { KernelFeatures } from './features/kernel-features.ts';
import type { LoadOptions } from './options.ts';

/** Types whose keys and values the kernel takes no BTF for. @see tools/lib/bpf (v1.5) */
const WITHOUT_BTF: ReadonlySet<number> = new Set([
  T.BPF_MAP_TYPE_PERF_EVENT_ARRAY,
  T.BPF_MAP_TYPE_CGROUP_ARRAY,
  T.BPF_MAP_TYPE_STACK_TRACE,
  T.BPF_MAP_TYPE_ARRAY_OF_MAPS,
  T.BPF_MAP_TYPE_HASH_OF_MAPS,
  T.BPF_MAP_TYPE_DEVMAP,
  T.BPF_MAP_TYPE_DEVMAP_HASH,
  T.BPF_MAP_TYPE_CPUMAP,
  T.BPF_MAP_TYPE_XSKMAP,
  T.BPF_MAP_TYPE_SOCKMAP,
  T.BPF_MAP_TYPE_SOCKHASH,
  T.BPF_MAP_TYPE_QUEUE,
  T.BPF_MAP_TYPE_STACK,
  T.BPF_MAP_TYPE_ARENA,
]);

/** What maps are created with. */
export interface MapContext {
  readonly system: System;
  readonly object: BpfObject;
  readonly relocated: RelocatedObject;
  /** The object's BTF in the kernel; undefined where it has none. */
  readonly btfFd: Fd | undefined;
  readonly options: LoadOptions;
}

/** A map in the kernel. */
export interface CreatedMap {
  readonly fd: Fd;
  /** It was there before; its content is left alone. */
  readonly reused: boolean;
  /** Where it is pinned, because the object says so. */
  readonly pinPath: string | undefined;
}

/** Creates the object's maps, or finds those that it shares; on failure those made so far are closed. */
export function createMaps(context: MapContext): Map<MapSpec, CreatedMap> {
  const created = new Map<MapSpec, CreatedMap>();
  try {
    for (const spec of context.object.maps) {
      const map = spec.autocreate ? obtainMap(context, spec) : undefined;
      if (map !== undefined) created.set(spec, map);
    }
    for (const [spec, map] of created) {
      if (map.reused) continue;
      fillMapSlots(context, spec, created);
      if (map.pinPath !== undefined) pin(context.system, spec, { fd: map.fd, path: map.pinPath });
    }
    return created;
  } catch (error) {
    for (const map of created.values()) context.system.close(map.fd);
    throw error;
  }
}

function pinPathOf(spec: MapSpec, options: LoadOptions): string | undefined {
  if (spec.pinPath !== undefined) return spec.pinPath;
  return spec.pinning === 'by_name' ? `${options.pinRoot ?? '/sys/fs/bpf'}/${spec.name}` : undefined;
}

/** @returns undefined for a data section on a kernel that has no global data */
function obtainMap(context: MapContext, spec: MapSpec): CreatedMap | undefined {
  const { system, options } = context;
  const given = options.reuse?.get(spec);
  if (given !== undefined) {
    const fd = system.dup(given);
    if (isErrno(fd)) throw errSyscall('dup', spec.name, fd);
    return { fd, reused: true, pinPath: undefined };
  }
  const pinPath = pinPathOf(spec, options);
  if (pinPath !== undefined) {
    const fd = system.objGet(pinPath);
    if (!isErrno(fd)) {
      checkReuse(context, spec, { fd, path: pinPath });
      return { fd, reused: true, pinPath };
    }
    if (fd !== -errno.ENOENT) throw errSyscall('BPF_OBJ_GET', pinPath, fd);
  }
  if (isPlainSection(spec) && !KernelFeatures.of(system).has('global_data')) return undefined;
  const fd = createMap(context, spec);
  if (fd === undefined) return undefined;
  const value = initialValue(context, spec);
  if (value !== undefined) initialize(system, spec, { fd, value });
  return { fd, reused: false, pinPath };
}

/** A pinned map is used again only where it is what the object would have made. */
function checkReuse({ system }: MapContext, spec: MapSpec, { fd, path }: { fd: Fd; path: string }): void {
  const info = system.objGetInfoByFd(fd);
  if (isErrno(info)) throw errSyscall('BPF_OBJ_GET_INFO_BY_FD', path, info);
  const have = info as MapInfo;
  const want = attributes(spec, system);
  const compared: [field: string, want: number | bigint, have: number | bigint][] = [
    ['type', want.mapType, have.type],
    ['key size', want.keySize, have.keySize],
    ['value size', want.valueSize, have.valueSize],
    ['max_entries', want.maxEntries, have.maxEntries],
    ['flags', want.mapFlags ?? 0, have.mapFlags],
    ['map_extra', want.mapExtra ?? 0n, have.mapExtra],
  ];
  for (const [field, wanted, had] of compared) {
    if (have.kind === 'map' && wanted === had) continue;
    system.close(fd);
    throw errReuse({ map: spec.name, path, field, want: String(wanted), have: String(had) });
  }
}

function attributes(spec: MapSpec, system: System): MapCreateAttr {
  const perCpu = spec.type === T.BPF_MAP_TYPE_PERF_EVENT_ARRAY && spec.maxEntries === 0;
  return {
    mapType: spec.type,
    keySize: spec.keySize,
    valueSize: spec.valueSize,
    maxEntries: perCpu ? system.machineFacts().cpus : spec.maxEntries,
    mapFlags: spec.flags,
    mapName: spec.kernelName,
    mapExtra: spec.mapExtra,
    numaNode: spec.numaNode,
  };
}

/** As much of a name as the kernel keeps. */
export function kernelName(name: string): string {
  return name.slice(0, BPF_OBJ_NAME_LEN - 1);
}

/** @returns undefined for a data section on a kernel that has no global data */
function createMap(context: MapContext, spec: MapSpec): Fd | undefined {
  const { system, btfFd, relocated } = context;
  const innerMapFd = spec.inner && createMap(context, spec.inner);
  try {
    const plain: MapCreateAttr = { ...attributes(spec, system), innerMapFd };
    if (spec.type === T.BPF_MAP_TYPE_STRUCT_OPS) {
      const ops = relocated.structOps.find((each) => each.map === spec);
      // The value is the kernel's struct around the operations, which is larger than the object's.
      const valueSize = ops?.value.length ?? spec.valueSize;
      return check(spec, system.mapCreate({ ...plain, valueSize, btfFd, btfVmlinuxValueTypeId: ops?.valueTypeId }));
    }
    const fd = createTyped(context, spec, plain);
    if (fd !== -errno.EINVAL && fd !== -errno.E2BIG) return check(spec, fd);
    const older = olderMapAttr(plain, spec, KernelFeatures.of(system));
    if (older === 'skip') return undefined;
    return check(spec, older === undefined ? fd : createTyped(context, spec, older));
  } finally {
    if (innerMapFd !== undefined) system.close(innerMapFd);
  }
}

/** With the types of its keys and values, where it has some. */
function createTyped({ system, btfFd }: MapContext, spec: MapSpec, plain: MapCreateAttr): Fd | Errno {
  const typed = btfFd !== undefined && (spec.keyTypeId !== 0 || spec.valueTypeId !== 0) && !WITHOUT_BTF.has(spec.type);
  if (typed) {
    const fd = system.mapCreate({ ...plain, btfFd, btfKeyTypeId: spec.keyTypeId, btfValueTypeId: spec.valueTypeId });
    // The kernel has rules of its own on types; without them the map still works.
    if (!isErrno(fd)) return fd;
  }
  return system.mapCreate(plain);
}

function check(spec: MapSpec, fd: number): Fd {
  if (isErrno(fd)) throw errSyscall('BPF_MAP_CREATE', spec.name, fd);
  return fd;
}

function initialValue({ relocated }: MapContext, spec: MapSpec): Uint8Array | undefined {
  return relocated.kconfig?.map === spec ? relocated.kconfig.value : spec.initialData;
}

/** Writes a data section's only element; constants are frozen, so that the verifier knows them. */
function initialize(system: System, spec: MapSpec, { fd, value }: { fd: Fd; value: Uint8Array }): void {
  if (spec.type !== T.BPF_MAP_TYPE_ARRAY) return;
  const updated = system.mapUpdateElem(fd, new Uint8Array(4), value);
  if (isErrno(updated)) throw errSyscall('BPF_MAP_UPDATE_ELEM', spec.name, updated);
  if (spec.origin !== 'rodata' && spec.origin !== 'kconfig') return;
  const frozen = system.mapFreeze(fd);
  if (isErrno(frozen)) throw errSyscall('BPF_MAP_FREEZE', spec.name, frozen);
}

/** Puts the maps that a map of maps names into its slots. */
function fillMapSlots(context: MapContext, spec: MapSpec, created: ReadonlyMap<MapSpec, CreatedMap>): void {
  if (spec.inner === undefined) return;
  for (const [index, slot] of spec.slots.entries()) {
    const inner = slot && created.get(slot as MapSpec);
    if (inner) putSlot(context, { spec, map: created.get(spec) as CreatedMap, index, fd: inner.fd });
  }
}

/** Puts the programs that a program array names into its slots. */
export function fillProgramSlots(
  context: MapContext,
  maps: ReadonlyMap<MapSpec, CreatedMap>,
  programs: ReadonlyMap<ProgramSpec, Fd>,
): void {
  for (const [spec, map] of maps) {
    if (spec.type !== T.BPF_MAP_TYPE_PROG_ARRAY || map.reused) continue;
    for (const [index, slot] of spec.slots.entries()) {
      const fd = slot && programs.get(slot as ProgramSpec);
      if (fd !== undefined) putSlot(context, { spec, map, index, fd });
    }
  }
}

function putSlot(
  { system, object }: MapContext,
  { spec, map, index, fd }: { spec: MapSpec; map: CreatedMap; index: number; fd: Fd },
): void {
  const updated = system.mapUpdateElem(map.fd, word(index, object), word(fd, object));
  if (isErrno(updated)) throw errSyscall('BPF_MAP_UPDATE_ELEM', `${spec.name}[${index}]`, updated);
}

function word(value: number, { endian }: BpfObject): Uint8Array {
  return new ByteWriter(endian, 4).u32(value).toBytes();
}

function pin(system: System, spec: MapSpec, { fd, path }: { fd: Fd; path: string }): void {
  makeDirectories(system, path.slice(0, path.lastIndexOf('/')));
  const pinned = system.objPin(fd, path);
  if (isErrno(pinned)) throw errSyscall('BPF_OBJ_PIN', `${spec.name} at ${path}`, pinned);
}

/** Makes the directories of a bpffs path that are not there yet. */
export function makeDirectories(system: System, path: string): void {
  const root = '/sys/fs/bpf';
  if (path === root || !path.startsWith(`${root}/`)) return;
  makeDirectories(system, path.slice(0, path.lastIndexOf('/')));
  system.mkdir(path);
}
