import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { checkHash } from './create-rules.ts';
import { bucketsFor, plantSeed } from './hash-table.ts';
import { checkExistence, HashedMap } from './hashed-map.ts';
import { LruPools, lruLayout, roundToCpus } from './lru-pools.ts';
import type { MapHost, MapLayout, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, initFields, readValue, writeValue } from './value-fields.ts';

/*
 * BPF_MAP_TYPE_LRU_HASH: the table of hash-table.ts over the pools of lru-pools.ts. An update writes a new element
 * before the old one goes, and so may evict another.
 */
class LruHashMap extends HashedMap {
  readonly #pools: LruPools;

  constructor(host: MapHost, spec: MapSpec, region: Region, layout: MapLayout) {
    super(host, spec, region, layout);
    this.#pools = new LruPools(this, layout);
  }

  override get usedSize(): number {
    return this.#pools.end - this.region.offset;
  }

  override memlock(): number {
    const { keySize, valueSize, maxEntries } = this.attr;
    const element = structSize.htab_elem + alignUp(keySize, 8) + alignUp(valueSize, 8);
    return structSize.bpf_htab + structSize.htab_bucket * bucketsFor(maxEntries) + element * maxEntries;
  }

  override lookupElem(key: number): number {
    const element = this.findKey(this.keyAt(key));
    if (element === 0) return 0;
    this.#pools.markUsed(element);
    return this.table.valuePlace(element);
  }

  override updateElem(key: number, value: number, flags: bigint, cpu: number): Errno | 0 {
    return this.#update(this.keyAt(key), this.valueAt(value), flags, cpu);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    return this.#update(key, value, flags, 0);
  }

  protected override readElement(element: number): Uint8Array {
    return readValue(this, this.table.valuePlace(element), this.attr.valueSize);
  }

  protected override freeElement(element: number): void {
    freeFields(this, this.table.valuePlace(element));
  }

  protected override recycle(element: number): void {
    this.#pools.giveBack(element);
  }

  #update(key: Uint8Array, value: Uint8Array, flags: bigint, cpu: number): Errno | 0 {
    if (flags > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    const element = this.#pools.take(cpu, (victim) => {
      this.table.unlink(victim);
      this.freeElement(victim);
    });
    const hash = this.table.hash(key);
    const old = this.table.find(key, hash);
    const wrong = checkExistence(flags, old !== 0);
    if (wrong) {
      this.#pools.giveBack(element);
      return wrong;
    }
    this.table.insert(element, key, hash);
    const place = this.table.valuePlace(element);
    writeValue(this, place, value);
    initFields(this, place);
    if (old !== 0) {
      this.#pools.markUsed(element);
      this.removeElement(old);
    }
    return 0;
  }
}

function layoutOf(spec: MapSpec, host: MapHost) {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  return lruLayout(spec, host, { valueBytes: valueStride, valueStride });
}

export const lruHash: MapType = {
  check: checkHash,
  adjust: roundToCpus,
  layout: layoutOf,
  open: (host, spec, region) => new LruHashMap(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
