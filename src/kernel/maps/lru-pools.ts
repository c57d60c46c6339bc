import { alignUp } from '../../base/index.ts';
import type { MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags } from '../../uapi/index.ts';
import { type HashShape, hashLayout } from './hash-table.ts';
import { LRU_ELEMENT_HEADER, LRU_POOL_SIZE, type LruPolicy, LruPool } from './lru-pool.ts';
import type { BpfMap, MapHost, MapLayout, MapSpec } from './map.ts';

const MAX_BATCH = 128;
const PERCPU_POLICY: LruPolicy = { batch: 4, viaBatch: false };

/**
 * The pools of an LRU table: one for all CPUs, or with BPF_F_NO_COMMON_LRU one for each, which holds its share of
 * `max_entries` and evicts from that alone.
 */
export class LruPools {
  readonly #pools: LruPool[] = [];

  constructor(map: BpfMap, layout: MapLayout) {
    const { host, region, attr, flags } = map;
    const { places = {}, header = {} } = layout;
    const count = poolCount(flags, host);
    const capacity = attr.maxEntries / count;
    const stride = header.elementStride ?? 0;
    const batch = Math.min(Math.max(Math.floor(attr.maxEntries / host.cpus / 2), 1), MAX_BATCH);
    const policy = flags & bpf_flags.BPF_F_NO_COMMON_LRU ? PERCPU_POLICY : { batch, viaBatch: true };
    for (let i = 0; i < count; i++) {
      const at = region.offset + (places.pools ?? 0) + i * LRU_POOL_SIZE;
      const elements = region.offset + (places.elements ?? 0) + i * capacity * stride;
      this.#pools.push(new LruPool(host.memory, { at, elements, stride, capacity }, policy));
    }
  }

  /** A new element of a CPU's pool. @param evict takes an element out of its chain and frees its value */
  take(cpu: number, evict: (element: number) => void): number {
    return (this.#pools[cpu] ?? this.#pools[0]).takeOrEvict(evict);
  }

  /** Place of the first byte that was never handed out. */
  get end(): number {
    return Math.max(...this.#pools.map((pool) => pool.end));
  }

  giveBack(element: number): void {
    this.#of(element).giveBack(element);
  }

  markUsed(element: number): void {
    this.#of(element).markUsed(element);
  }

  #of(element: number): LruPool {
    return this.#pools.find((pool) => pool.owns(element)) ?? this.#pools[0];
  }
}

function poolCount(flags: number, host: MapHost): number {
  return flags & bpf_flags.BPF_F_NO_COMMON_LRU ? host.cpus : 1;
}

/** The layout of an LRU table: the pools' fields, one every 32 bytes, stand before the buckets. */
export function lruLayout(spec: MapSpec, host: MapHost, shape: Pick<HashShape, 'valueBytes' | 'valueStride'>) {
  return hashLayout(spec, host, {
    ...shape,
    elementHeader: LRU_ELEMENT_HEADER,
    capacity: spec.attr.maxEntries,
    pools: poolCount(spec.attr.mapFlags ?? 0, host) * LRU_POOL_SIZE,
  });
}

/** With BPF_F_NO_COMMON_LRU each CPU has as many entries as the others. */
export function roundToCpus(attr: MapCreateAttr, { cpus }: MapHost): MapCreateAttr {
  if (!((attr.mapFlags ?? 0) & bpf_flags.BPF_F_NO_COMMON_LRU)) return attr;
  return { ...attr, maxEntries: alignUp(attr.maxEntries, cpus) };
}
