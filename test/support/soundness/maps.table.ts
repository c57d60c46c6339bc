import type { MapCreateAttr } from '../../../src/syscall/index.ts';
import { bpf_flags, bpf_map_type } from '../../../src/uapi/index.ts';
import { PROGRAM_KINDS } from './program-kinds.table.ts';

/** A map that generated programs use; `inner` is the index of the one that maps in it are like. */
export interface FuzzMap {
  readonly attr: MapCreateAttr;
  readonly inner?: number;
  /** Bytes of its only value, which nobody can change. */
  readonly constant?: readonly number[];
}

const T = bpf_map_type;

function map(mapType: number, keySize: number, valueSize: number, maxEntries: number): FuzzMap {
  return { attr: { mapType, keySize, valueSize, maxEntries } };
}

/** Generated programs name them by their index. */
export const FUZZ_MAPS: readonly FuzzMap[] = [
  map(T.BPF_MAP_TYPE_ARRAY, 4, 8, 4),
  map(T.BPF_MAP_TYPE_ARRAY, 4, 48, 1),
  map(T.BPF_MAP_TYPE_HASH, 8, 16, 8),
  map(T.BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 2),
  map(T.BPF_MAP_TYPE_RINGBUF, 0, 0, 4096),
  map(T.BPF_MAP_TYPE_HASH, 4, 256, 4),
  {
    attr: {
      mapType: T.BPF_MAP_TYPE_ARRAY,
      keySize: 4,
      valueSize: 16,
      maxEntries: 1,
      mapFlags: bpf_flags.BPF_F_RDONLY_PROG,
    },
    constant: [0, 0, 0, 0, 5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  },
  map(T.BPF_MAP_TYPE_QUEUE, 0, 8, 4),
  { ...map(T.BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2), inner: 0 },
  // What a program array holds has to be of one type: one for each.
  ...PROGRAM_KINDS.map(() => map(T.BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2)),
];

/** Those whose values programs may look up: index, bytes of key and value, whether programs may not write to it. */
export const VALUE_MAPS: readonly { index: number; key: number; value: number; readonly?: boolean }[] = [
  { index: 0, key: 4, value: 8 },
  { index: 1, key: 4, value: 48 },
  { index: 2, key: 8, value: 16 },
  { index: 3, key: 4, value: 16 },
  { index: 5, key: 4, value: 256 },
  { index: 6, key: 4, value: 16, readonly: true },
];

export const RINGBUF = 4;
export const QUEUE = 7;
export const ARRAY_OF_MAPS = 8;
/** The first program array: that of the first program kind. */
export const PROG_ARRAYS = 9;
