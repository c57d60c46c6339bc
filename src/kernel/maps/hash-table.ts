import { alignUp, invariant } from '../../base/index.ts';
import { bpf_flags } from '../../uapi/index.ts';
import type { Memory } from '../../vm/index.ts';
import { ElementPool, onDemandCapacity } from './element-pool.ts';
import { field, headerSize, type MapHeader } from './header.ts';
import { jhash } from './jhash.ts';
import type { BpfMap, MapHost, MapLayout, MapSpec } from './map.ts';

/** What differs between the hash types. */
export interface HashShape {
  /** Bytes before an element's key: 8, or 24 with the links of an LRU list. */
  readonly elementHeader: number;
  /** Bytes of all values of an element. */
  readonly valueBytes: number;
  /** Elements in all: more than `max_entries` where an update writes a new element before the old one goes. */
  readonly capacity: number;
  /** Bytes before the buckets, for the pools of a per-CPU LRU. */
  readonly pools?: number;
  /** Bytes of a value that programs see, and from one to the next. */
  readonly valueStride: number;
}

/** Where things stand in the region of a hash map. */
export function hashLayout({ attr }: MapSpec, { pageSize }: MapHost, shape: HashShape): MapLayout {
  const bucketCount = bucketsFor(attr.maxEntries);
  const pools = headerSize(pageSize);
  const buckets = pools + (shape.pools ?? 0);
  const elements = buckets + alignUp(bucketCount * 4, 16);
  const keyOffset = shape.elementHeader;
  const valueOffset = keyOffset + alignUp(attr.keySize, 8);
  const elementStride = valueOffset + shape.valueBytes;
  const onDemand = ((attr.mapFlags ?? 0) & bpf_flags.BPF_F_NO_PREALLOC) !== 0;
  const capacity = onDemand ? onDemandCapacity(shape.capacity, elementStride) : shape.capacity;
  return {
    size: elements + capacity * elementStride,
    header: { valueStride: shape.valueStride, capacity, elementStride, keyOffset, valueOffset, bucketCount },
    places: { pools, buckets, elements },
    elements: { offset: elements + keyOffset, stride: elementStride, size: elementStride - keyOffset },
  };
}

/** The pool that a hash map without LRU lists takes its elements from. */
export function elementsOf({ host, header, region }: BpfMap, layout: MapLayout): ElementPool {
  return new ElementPool(host.memory, {
    at: header.place(field.pool),
    elements: region.offset + (layout.places?.elements ?? 0),
    stride: layout.header?.elementStride ?? 0,
    capacity: layout.header?.capacity ?? 0,
  });
}

/** The power of two that Linux takes for so many entries. */
export function bucketsFor(maxEntries: number): number {
  return 2 ** Math.ceil(Math.log2(maxEntries));
}

/**
 * The table that all hash types share: chained buckets over a pool of elements, as they lie in the linear memory.
 *
 * | place             | what                                                                          |
 * |-------------------|-------------------------------------------------------------------------------|
 * | `buckets`         | `bucketCount` u32 places of the first element of each chain                    |
 * | `elements`        | `capacity` elements, one every `elementStride` bytes, 8-byte aligned           |
 * | element + 0       | u32 place of the next element of the chain, or of the free list                |
 * | element + 4       | u32 hash of the key: `jhash(key, seed)`; its bucket is `hash & (bucketCount-1)` |
 * | element + 8       | LRU only, see lru-list.ts                                                      |
 * | + `keyOffset`     | the key                                                                        |
 * | + `valueOffset`   | the value; per-CPU types: one every `valueStride` bytes; fd types: {u32 place, u32 id} |
 *
 * Elements come from a pool (element-pool.ts). A new element goes to the front of its chain, as in Linux, which is what `get_next_key` shows.
 */
export class HashTable {
  readonly #memory: Memory;
  readonly #header: MapHeader;
  readonly #buckets: number;
  readonly #mask: number;
  readonly #stride: number;
  readonly #keyOffset: number;
  readonly #valueOffset: number;
  readonly #keySize: number;
  readonly #little: boolean;
  #seed: number | undefined;

  constructor(map: BpfMap, layout: MapLayout) {
    const { header = {}, places = {} } = layout;
    const base = map.region.offset;
    this.#memory = map.host.memory;
    this.#header = map.header;
    this.#buckets = base + (places.buckets ?? 0);
    this.#mask = (header.bucketCount ?? 1) - 1;
    this.#stride = header.elementStride ?? 0;
    this.#keyOffset = header.keyOffset ?? 0;
    this.#valueOffset = header.valueOffset ?? 0;
    this.#keySize = map.attr.keySize;
    this.#little = map.host.endian === 'little';
  }

  get count(): number {
    return this.#header.get(field.count);
  }

  hash(key: Uint8Array): number {
    this.#seed ??= this.#header.get(field.seed);
    return jhash(key, this.#seed, this.#little);
  }

  keyPlace(element: number): number {
    return element + this.#keyOffset;
  }

  valuePlace(element: number): number {
    return element + this.#valueOffset;
  }

  key(element: number): Uint8Array {
    const memory = this.#memory;
    const at = element + this.#keyOffset;
    memory.touch(at, this.#keySize);
    return memory.bytes().slice(at, at + this.#keySize);
  }

  /** The element with that key, or 0. */
  find(key: Uint8Array, hash: number): number {
    const memory = this.#memory;
    let element = this.#chain(hash);
    while (element !== 0) {
      memory.touch(element, this.#stride);
      const view = memory.view();
      if (view.getUint32(element + 4, true) === hash && this.#equals(memory.bytes(), element, key)) return element;
      element = view.getUint32(element, true);
    }
    return 0;
  }

  /** Puts a taken element to the front of its chain. */
  insert(element: number, key: Uint8Array, hash: number): void {
    const memory = this.#memory;
    const bucket = this.#buckets + (hash & this.#mask) * 4;
    const first = this.#chain(hash);
    const view = memory.view();
    view.setUint32(element, first, true);
    view.setUint32(element + 4, hash, true);
    memory.bytes().set(key, element + this.#keyOffset);
    view.setUint32(bucket, element, true);
    this.#header.set(field.count, this.count + 1);
  }

  /** Takes an element out of its chain. */
  unlink(element: number): void {
    const memory = this.#memory;
    memory.touch(element, 8);
    const hash = memory.view().getUint32(element + 4, true);
    let link = this.#buckets + (hash & this.#mask) * 4;
    let at = this.#chain(hash);
    while (at !== element && at !== 0) {
      memory.touch(at, 8);
      link = at;
      at = memory.view().getUint32(at, true);
    }
    invariant(at === element, 'an element is in the chain of its hash');
    memory.view().setUint32(link, memory.view().getUint32(element, true), true);
    this.#header.set(field.count, this.count - 1);
  }

  /** The element after the given one (0: the first), bucket by bucket; 0 after the last. */
  next(element: number): number {
    const memory = this.#memory;
    if (this.count === 0) return 0;
    let bucket = 0;
    if (element !== 0) {
      memory.touch(element, 8);
      const following = memory.view().getUint32(element, true);
      if (following !== 0) return following;
      bucket = (memory.view().getUint32(element + 4, true) & this.#mask) + 1;
    }
    for (; bucket <= this.#mask; bucket++) {
      const first = this.#chain(bucket);
      if (first !== 0) return first;
    }
    return 0;
  }

  /**
   * Visits each element until `visit` says stop (a result other than 0); it may insert and delete while at it. What is
   * deleted from the bucket that is being visited may still be shown, as under RCU.
   * @returns how many were visited
   */
  walk(visit: (element: number) => number): number {
    let visited = 0;
    for (let bucket = 0; bucket <= this.#mask && this.count > 0; bucket++) {
      const chain: number[] = [];
      for (let at = this.#chain(bucket); at !== 0; at = this.#link(at)) chain.push(at);
      for (const element of chain) {
        visited++;
        if (visit(element) !== 0) return visited;
      }
    }
    return visited;
  }

  #link(element: number): number {
    this.#memory.touch(element, this.#stride);
    return this.#memory.view().getUint32(element, true);
  }

  #chain(hash: number): number {
    const bucket = this.#buckets + (hash & this.#mask) * 4;
    this.#memory.touch(bucket, 4);
    return this.#memory.view().getUint32(bucket, true);
  }

  #equals(bytes: Uint8Array, element: number, key: Uint8Array): boolean {
    const at = element + this.#keyOffset;
    for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
    return true;
  }
}

/** A new map's seed; BPF_F_ZERO_SEED asks for the same order of keys every time. */
export function plantSeed(map: BpfMap): void {
  map.header.set(field.seed, map.flags & bpf_flags.BPF_F_ZERO_SEED ? 0 : map.host.random32() >>> 0);
}
