import type { Errno, Fd } from './errno.ts';

/** `struct bpf_attr` of BPF_MAP_CREATE. Sizes are in bytes; what is left out is 0. */
export interface MapCreateAttr {
  /** BPF_MAP_TYPE_* */
  readonly mapType: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* */
  readonly mapFlags?: number;
  readonly innerMapFd?: Fd;
  readonly numaNode?: number;
  /** At most 15 bytes of `[A-Za-z0-9_.]`. */
  readonly mapName?: string;
  readonly mapIfindex?: number;
  readonly btfFd?: Fd;
  readonly btfKeyTypeId?: number;
  readonly btfValueTypeId?: number;
  readonly btfVmlinuxValueTypeId?: number;
  readonly mapExtra?: bigint;
}

/** `struct bpf_map_info`. */
export interface MapInfo {
  readonly kind: 'map';
  readonly type: number;
  readonly id: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly mapFlags: number;
  readonly name: string;
  readonly ifindex: number;
  readonly btfId: number;
  readonly btfKeyTypeId: number;
  readonly btfValueTypeId: number;
  readonly btfVmlinuxValueTypeId: number;
  readonly mapExtra: bigint;
  /** From the fd's fdinfo, not from `bpf_map_info`: bytes of memory, whether frozen, and a program array's owner. */
  readonly memlock: number;
  readonly frozen: boolean;
  readonly ownerProgType?: number;
  readonly ownerJited?: boolean;
}

/** One batch of a BPF_MAP_LOOKUP_BATCH: keys and values one after the other, and where the next batch begins. */
export interface MapBatch {
  readonly count: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  /** Opaque; undefined when the map has been read to its end. */
  readonly next?: Uint8Array;
}

/**
 * The map commands of bpf(2). Keys are `key_size` bytes; values `value_size`, and for per-CPU maps `value_size` rounded
 * up to 8 for each possible CPU, one after the other. Byte order is the machine's.
 */
export interface MapCommands {
  mapCreate(attr: MapCreateAttr): Fd | Errno;
  mapLookupElem(fd: Fd, key: Uint8Array, flags?: bigint): Uint8Array | Errno;
  mapUpdateElem(fd: Fd, key: Uint8Array, value: Uint8Array, flags?: bigint): Errno | 0;
  mapDeleteElem(fd: Fd, key: Uint8Array): Errno | 0;
  /** @param key undefined asks for the first key @returns -ENOENT after the last one */
  mapGetNextKey(fd: Fd, key: Uint8Array | undefined): Uint8Array | Errno;
  mapLookupAndDeleteElem(fd: Fd, key: Uint8Array, flags?: bigint): Uint8Array | Errno;
  mapLookupBatch(fd: Fd, from: Uint8Array | undefined, count: number): MapBatch | Errno;
  mapFreeze(fd: Fd): Errno | 0;
}
