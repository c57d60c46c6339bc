import type { Memory } from '../../vm/index.ts';

/**
 * The first bytes of every map's region, whatever its type. All numbers are u32, little-endian (WebAssembly's order, also
 * on a big-endian machine); places are offsets of the linear memory, 0 for none.
 *
 * | at   | what                                                            |
 * |------|-----------------------------------------------------------------|
 * | 0    | 1024 bytes for `struct bpf_map` of the target, read by programs |
 * | 1024 | this header, its fields below                                   |
 * | 4096 | (or one page of the machine, if larger) what the type keeps     |
 *
 * A field that a type has no use for is 0; what a type gives another meaning is written at the head of its file.
 */
export const field = {
  /** Layout version of this header: 1. */
  version: 1024,
  /** BPF_MAP_TYPE_* */
  type: 1028,
  keySize: 1032,
  valueSize: 1036,
  /** Bytes from one CPU's value to the next, or from one value to the next in an array. */
  valueStride: 1040,
  maxEntries: 1044,
  cpus: 1048,
  /** Elements that exist. */
  count: 1052,
  /** Elements that there is room for. */
  capacity: 1056,
  /** First element, and bytes from one to the next. */
  elements: 1060,
  elementStride: 1064,
  /** Offset in an element of its key and of its value. */
  keyOffset: 1068,
  valueOffset: 1072,
  /** First bucket (a u32 place each) and how many there are, a power of two. */
  buckets: 1076,
  bucketCount: 1080,
  /** Starts the hash of a key. */
  seed: 1084,
  /** The pool of elements, two fields; see element-pool.ts. LRU types have theirs elsewhere: `pools`. */
  pool: 1088,
  /** Queue and stack: slots of the next push and the next pop. */
  head: 1108,
  tail: 1112,
  /** LPM trie: the root. */
  root: 1116,
  /** PROG_ARRAY: 1 where an owner is known, then what its programs have in common. */
  ownerKnown: 1120,
  ownerType: 1124,
  ownerAttachType: 1128,
  ownerJited: 1132,
  ownerFrags: 1136,
  /** STRUCT_OPS: state of the only value. */
  state: 1140,
  /** LRU_HASH and LRU_PERCPU_HASH: the first pool; with BPF_F_NO_COMMON_LRU one a CPU, every 32 bytes. See lru-pool.ts. */
  pools: 1144,
} as const;

/** Name of a header field's place. */
type HeaderField = (typeof field)[keyof typeof field];

const VERSION = 1;

/** Bytes before what a type keeps: the map structure and the header, in whole pages of the machine. */
export function headerSize(pageSize: number): number {
  return Math.max(4096, pageSize);
}

/** Reads and writes the header of one map where it lies in the linear memory. */
export class MapHeader {
  readonly #memory: Memory;
  readonly #base: number;

  constructor(memory: Memory, base: number) {
    this.#memory = memory;
    this.#base = base;
  }

  /** The place of a field. */
  place(at: HeaderField): number {
    return this.#base + at;
  }

  get(at: HeaderField): number {
    this.#memory.touch(this.#base, field.pools + 4);
    return this.#memory.view().getUint32(this.#base + at, true);
  }

  set(at: HeaderField, value: number): void {
    this.#memory.touch(this.#base, field.pools + 4);
    this.#memory.view().setUint32(this.#base + at, value, true);
  }

  /** Fills in a new map's header; what is left out stays 0. */
  init(values: Partial<Record<keyof typeof field, number>>): void {
    this.set(field.version, VERSION);
    for (const [name, value] of Object.entries(values)) this.set(field[name as keyof typeof field], value);
  }
}
