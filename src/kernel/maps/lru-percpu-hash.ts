import { alignUp } from '../../base/index.ts';
import { bpf_flags } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { checkHash } from './create-rules.ts';
import { plantSeed } from './hash-table.ts';
import { LruPools, lruLayout, roundToCpus } from './lru-pools.ts';
import type { MapHost, MapLayout, MapSpec, MapType } from './map.ts';
import { percpuHashMemlock } from './percpu-hash.ts';
import { PercpuHashedMap } from './percpu-hashed-map.ts';

/*
 * BPF_MAP_TYPE_LRU_PERCPU_HASH: the table of hash-table.ts over the pools of lru-pools.ts (updates are made in place); an element has one value a CPU, one every `valueStride` bytes.
 */
class LruPercpuHashMap extends PercpuHashedMap {
  readonly #pools: LruPools;

  constructor(host: MapHost, spec: MapSpec, region: Region, layout: MapLayout) {
    super(host, spec, region, layout);
    this.#pools = new LruPools(this, layout);
  }

  override get usedSize(): number {
    return this.#pools.end - this.region.offset;
  }

  override memlock(): number {
    return percpuHashMemlock(this.spec, this.host, this.table.count);
  }

  /** Linux takes a new element before it looks whether one is there: an update of a key may evict others too. */
  protected override beforeFind(flags: bigint, cpu: number): number {
    return flags === BigInt(bpf_flags.BPF_EXIST) ? 0 : this.takeElement(cpu);
  }

  protected override takeElement(cpu: number): number {
    return this.#pools.take(cpu, (victim) => {
      this.table.unlink(victim);
      this.freeElement(victim);
    });
  }

  protected override used(element: number): void {
    this.#pools.markUsed(element);
  }

  protected override recycle(element: number): void {
    this.#pools.giveBack(element);
  }
}

function layoutOf(spec: MapSpec, host: MapHost) {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  return lruLayout(spec, host, { valueBytes: valueStride * host.cpus, valueStride });
}

export const lruPercpuHash: MapType = {
  check: checkHash,
  adjust: roundToCpus,
  layout: layoutOf,
  open: (host, spec, region) => new LruPercpuHashMap(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
