import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { BpfMap, MapHost, MapRecord, SpecialField } from './map.ts';

/** What a map is made of: the attributes of bpf(2) with their fds already followed. */
export interface CreateMapOptions {
  readonly id: number;
  readonly attr: MapCreateAttr;
  /** The BTF behind `attr.btfFd`. */
  readonly btfId?: number;
  /** Special fields of the value, from that BTF. */
  readonly fields?: readonly SpecialField[];
  /** The map behind `attr.innerMapFd`; undefined where that fd is none. */
  readonly innerMap?: BpfMap;
}

/** BPF_MAP_CREATE: a new map, its memory taken but not written further than its header. */
export function createMap(_host: MapHost, _options: CreateMapOptions): BpfMap | Errno {
  return -errno.EINVAL;
}

/** A map of a saved machine: its memory is there, or is fetched page by page when touched. */
export function restoreMap(_host: MapHost, _record: MapRecord): BpfMap | Errno {
  return -errno.EINVAL;
}
