import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { Region, RegionOptions } from '../../vm/index.ts';
import { arena } from './arena.ts';
import { array } from './array.ts';
import { arrayOfMaps } from './array-of-maps.ts';
import { bloomFilter } from './bloom-filter.ts';
import { cgroupArray } from './cgroup-array.ts';
import { cgroupStorage } from './cgroup-storage.ts';
import { checkBtf } from './check-btf.ts';
import { cpumap } from './cpumap.ts';
import { checkCommon } from './create-rules.ts';
import { devmap } from './devmap.ts';
import { devmapHash } from './devmap-hash.ts';
import { hash } from './hash.ts';
import { hashOfMaps } from './hash-of-maps.ts';
import { localStorage } from './local-storage.ts';
import { lpmTrie } from './lpm-trie.ts';
import { lruHash } from './lru-hash.ts';
import { lruPercpuHash } from './lru-percpu-hash.ts';
import type { BpfMap, MapBtf, MapHost, MapLayout, MapRecord, MapSpec, MapType } from './map.ts';
import { percpuArray } from './percpu-array.ts';
import { percpuHash } from './percpu-hash.ts';
import { perfEventArray } from './perf-event-array.ts';
import { progArray } from './prog-array.ts';
import { queueStack } from './queue-stack.ts';
import { reuseportSockarray } from './reuseport-sockarray.ts';
import { ringbuf } from './ringbuf.ts';
import { sockhash } from './sockhash.ts';
import { sockmap } from './sockmap.ts';
import { stackTrace } from './stack-trace.ts';
import { structOps } from './struct-ops.ts';
import { userRingbuf } from './user-ringbuf.ts';
import { xskmap } from './xskmap.ts';

const types: ReadonlyMap<number, MapType> = new Map([
  [bpf_map_type.BPF_MAP_TYPE_HASH, hash],
  [bpf_map_type.BPF_MAP_TYPE_ARRAY, array],
  [bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY, progArray],
  [bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY, perfEventArray],
  [bpf_map_type.BPF_MAP_TYPE_PERCPU_HASH, percpuHash],
  [bpf_map_type.BPF_MAP_TYPE_PERCPU_ARRAY, percpuArray],
  [bpf_map_type.BPF_MAP_TYPE_STACK_TRACE, stackTrace],
  [bpf_map_type.BPF_MAP_TYPE_CGROUP_ARRAY, cgroupArray],
  [bpf_map_type.BPF_MAP_TYPE_LRU_HASH, lruHash],
  [bpf_map_type.BPF_MAP_TYPE_LRU_PERCPU_HASH, lruPercpuHash],
  [bpf_map_type.BPF_MAP_TYPE_LPM_TRIE, lpmTrie],
  [bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS, arrayOfMaps],
  [bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS, hashOfMaps],
  [bpf_map_type.BPF_MAP_TYPE_DEVMAP, devmap],
  [bpf_map_type.BPF_MAP_TYPE_CPUMAP, cpumap],
  [bpf_map_type.BPF_MAP_TYPE_XSKMAP, xskmap],
  [bpf_map_type.BPF_MAP_TYPE_SOCKMAP, sockmap],
  [bpf_map_type.BPF_MAP_TYPE_SOCKHASH, sockhash],
  [bpf_map_type.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, reuseportSockarray],
  [bpf_map_type.BPF_MAP_TYPE_DEVMAP_HASH, devmapHash],
  [bpf_map_type.BPF_MAP_TYPE_SK_STORAGE, localStorage],
  [bpf_map_type.BPF_MAP_TYPE_INODE_STORAGE, localStorage],
  [bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE, localStorage],
  [bpf_map_type.BPF_MAP_TYPE_CGRP_STORAGE, localStorage],
  [bpf_map_type.BPF_MAP_TYPE_CGROUP_STORAGE, cgroupStorage],
  [bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, cgroupStorage],
  [bpf_map_type.BPF_MAP_TYPE_ARENA, arena],
  [bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS, structOps],
  [bpf_map_type.BPF_MAP_TYPE_QUEUE, queueStack],
  [bpf_map_type.BPF_MAP_TYPE_STACK, queueStack],
  [bpf_map_type.BPF_MAP_TYPE_RINGBUF, ringbuf],
  [bpf_map_type.BPF_MAP_TYPE_BLOOM_FILTER, bloomFilter],
  [bpf_map_type.BPF_MAP_TYPE_USER_RINGBUF, userRingbuf],
]);

/** What a map is made of: the attributes of bpf(2) with their fds already followed. */
export interface CreateMapOptions {
  readonly id: number;
  readonly attr: MapCreateAttr;
  /** What the types `attr.btfKeyTypeId` and `attr.btfValueTypeId` are; undefined where both are 0. */
  readonly btf?: MapBtf;
  /** The map behind `attr.innerMapFd`, or the errno of looking it up; looked at for maps of maps alone. */
  readonly innerMap?: BpfMap | Errno;
  /** STRUCT_OPS: how many of the operations are functions. */
  readonly functions?: number;
}

/** Map types that maps can be made of. */
export function isMapTypeKnown(type: number): boolean {
  return types.has(type);
}

/** BPF_MAP_CREATE: a new map, its memory taken but written no further than its header. */
export function createMap(host: MapHost, { id, attr, btf, innerMap, functions }: CreateMapOptions): BpfMap | Errno {
  const common = checkCommon(attr);
  if (common) return common;
  const type = types.get(attr.mapType);
  if (type === undefined) return -errno.EINVAL;
  const wrong = type.check(attr, host);
  if (wrong) return wrong;
  const inner = type.inner?.(innerMap);
  if (isErrno(inner)) return inner;
  const spec: MapSpec = {
    id,
    attr: type.adjust?.(attr, host) ?? attr,
    btfId: btf?.id ?? 0,
    fields: btf?.fields ?? [],
    inner,
    functions,
  };
  const layout = type.layout(spec, host);
  if (isErrno(layout)) return layout;
  const wrongBtf = btf === undefined ? 0 : checkBtf(type, spec.attr, btf);
  if (wrongBtf) return wrongBtf;
  const region = host.memory.allocPages(layout.size, regionOptions(spec, layout));
  if (region === undefined) return -errno.ENOMEM;
  const map = type.open(host, spec, region);
  writeHeader(map, layout);
  type.start?.(map);
  return map;
}

/** A map of a saved machine: its memory is there, or is fetched page by page when touched. */
export function restoreMap(host: MapHost, record: MapRecord): BpfMap | Errno {
  const type = types.get(record.attr.mapType);
  if (type === undefined) return -errno.EINVAL;
  const layout = type.layout(record, host);
  if (isErrno(layout)) return layout;
  const region: Region | undefined = host.memory.allocPages(record.size, regionOptions(record, layout), record.page);
  if (region === undefined) return -errno.ENOMEM;
  const { frozen, page: _page, size: _size, ...spec } = record;
  const map = type.open(host, spec, region);
  map.frozen = frozen;
  return map;
}

function regionOptions({ id, attr }: MapSpec, { elements, kind = 'map' }: MapLayout): RegionOptions {
  const flags = attr.mapFlags ?? 0;
  return {
    kind,
    name: `map ${attr.mapName || id}`,
    writable: !(flags & bpf_flags.BPF_F_RDONLY_PROG),
    readable: !(flags & bpf_flags.BPF_F_WRONLY_PROG),
    elements,
  };
}

function writeHeader(map: BpfMap, { header = {}, places = {} }: MapLayout): void {
  const { attr, host, region, header: fields } = map;
  const absolute = Object.fromEntries(Object.entries(places).map(([name, place]) => [name, region.offset + place]));
  fields.init({
    type: attr.mapType,
    keySize: attr.keySize,
    valueSize: attr.valueSize,
    maxEntries: attr.maxEntries,
    cpus: host.cpus,
    ...header,
    ...absolute,
  });
}
