import { ByteReader } from '../../base/index.ts';
import type { Errno, Fd, MapBatch } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { BpfMap, FdResolver } from '../maps/map.ts';
import { PerfEventArrayMap } from '../maps/perf-event-array.ts';
import { type Caller, idOfFd } from '../process/caller.ts';

type Need = 'read' | 'write' | 'both';

/**
 * The map behind the fd, where the fd allows that use of it.
 * @returns -EBADF, -EINVAL (an fd of something else) or -EPERM
 */
function openMap(caller: Caller, fd: Fd, need: Need): BpfMap | Errno {
  const file = caller.fds.ofKind(fd, 'map');
  if (typeof file === 'number') return file;
  const map = caller.state.maps.expect(file.id);
  if (need !== 'write' && !file.readable) return -errno.EPERM;
  if (need !== 'read' && (!file.writable || map.frozen)) return -errno.EPERM;
  return map;
}

function resolver(caller: Caller): FdResolver {
  return {
    idOfFd(kind, fd) {
      switch (kind) {
        case 'prog':
        case 'map':
        case 'link':
        case 'perf_event':
        case 'cgroup':
          return idOfFd(caller, kind, fd);
        default:
          return caller.fds.get(fd) ? -errno.EINVAL : -errno.EBADF;
      }
    },
  };
}

/** A look-up: of which element, how. */
export interface Lookup {
  readonly fd: Fd;
  readonly key: Uint8Array;
  readonly flags: bigint;
}

/** BPF_MAP_LOOKUP_ELEM. */
export function mapLookupElem(caller: Caller, { fd, key, flags }: Lookup): Uint8Array | Errno {
  const map = openMap(caller, fd, 'read');
  if (typeof map === 'number') return map;
  if (map.type !== bpf_map_type.BPF_MAP_TYPE_BLOOM_FILTER) return map.sysLookup(key, flags, { fds: resolver(caller) });
  return map.sysLookup(new Uint8Array(), flags, { fds: resolver(caller), value: key });
}

/** BPF_MAP_UPDATE_ELEM. */
export function mapUpdateElem(
  caller: Caller,
  fd: Fd,
  element: { readonly key: Uint8Array; readonly value: Uint8Array; readonly flags: bigint },
): Errno | 0 {
  const map = openMap(caller, fd, 'write');
  if (typeof map === 'number') return map;
  const result = map.sysUpdate(element.key, element.value, element.flags, resolver(caller));
  if (result === 0 && map instanceof PerfEventArrayMap) noteInstalled(caller, fd, map, element.key);
  return result;
}

/** Perf events are in an array only as long as the file is open through which they were put in. */
function noteInstalled(caller: Caller, fd: Fd, map: PerfEventArrayMap, key: Uint8Array): void {
  const file = caller.fds.get(fd);
  if (!file || map.flags & bpf_flags.BPF_F_PRESERVE_ELEMS) return;
  const index = new ByteReader(key, caller.state.endian).u32(0);
  file.installed = [
    ...(file.installed ?? []).filter((slot) => slot.index !== index),
    { index, event: map.idAt(index) },
  ];
}

/** BPF_MAP_DELETE_ELEM. */
export function mapDeleteElem(caller: Caller, fd: Fd, key: Uint8Array): Errno | 0 {
  const map = openMap(caller, fd, 'write');
  return typeof map === 'number' ? map : map.sysDelete(key, resolver(caller));
}

/** BPF_MAP_GET_NEXT_KEY. */
export function mapGetNextKey(caller: Caller, fd: Fd, key: Uint8Array | undefined): Uint8Array | Errno {
  const map = openMap(caller, fd, 'read');
  return typeof map === 'number' ? map : map.sysGetNextKey(key);
}

/** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
export function mapLookupAndDeleteElem(caller: Caller, { fd, key, flags }: Lookup): Uint8Array | Errno {
  const map = openMap(caller, fd, 'both');
  return typeof map === 'number' ? map : map.sysLookupAndDelete(key, flags);
}

/** BPF_MAP_FREEZE: no more writes by processes. */
export function mapFreeze(caller: Caller, fd: Fd): Errno | 0 {
  const file = caller.fds.ofKind(fd, 'map');
  if (typeof file === 'number') return file;
  const map = caller.state.maps.expect(file.id);
  if (map.type === bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS || map.spec.fields.length > 0) return -errno.ENOTSUPP;
  if (!file.writable || map.frozen) return -errno.EPERM;
  map.frozen = true;
  caller.state.maps.touch(map.id);
  return 0;
}

const BATCHED: readonly number[] = [
  bpf_map_type.BPF_MAP_TYPE_HASH,
  bpf_map_type.BPF_MAP_TYPE_ARRAY,
  bpf_map_type.BPF_MAP_TYPE_PERCPU_HASH,
  bpf_map_type.BPF_MAP_TYPE_PERCPU_ARRAY,
  bpf_map_type.BPF_MAP_TYPE_LRU_HASH,
  bpf_map_type.BPF_MAP_TYPE_LRU_PERCPU_HASH,
  bpf_map_type.BPF_MAP_TYPE_LPM_TRIE,
  bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS,
  bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS,
];

/**
 * BPF_MAP_LOOKUP_BATCH: up to `count` elements after `from`, the key that the batch before ended with.
 * DEVIATION: Linux hands hash tables out by whole buckets and fails with -ENOSPC where one does not fit; here a batch
 * ends anywhere.
 */
export function mapLookupBatch(
  caller: Caller,
  fd: Fd,
  batch: { readonly from: Uint8Array | undefined; readonly count: number },
): MapBatch | Errno {
  const map = openMap(caller, fd, 'read');
  if (typeof map === 'number') return map;
  if (!BATCHED.includes(map.type)) return -errno.ENOTSUPP;
  const keys: Uint8Array[] = [];
  const values: Uint8Array[] = [];
  let key = batch.from;
  let ended = false;
  while (keys.length < batch.count) {
    const next = map.sysGetNextKey(key);
    if (typeof next === 'number') {
      if (next !== -errno.ENOENT) return next;
      ended = true;
      break;
    }
    key = next;
    const value = map.sysLookup(next, 0n);
    if (typeof value !== 'number') {
      keys.push(next);
      values.push(value);
    } else if (value !== -errno.ENOENT) return value;
  }
  return { count: keys.length, keys: concat(keys), values: concat(values), next: ended ? undefined : key };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
