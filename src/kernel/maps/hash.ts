import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkHash } from './create-rules.ts';
import { bucketsFor, hashLayout, plantSeed } from './hash-table.ts';
import { checkExistence, HashedMap } from './hashed-map.ts';
import { BPF_F_LOCK, type MapHost, type MapSpec, type MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, initFields, readValue, writeValue } from './value-fields.ts';

/*
 * BPF_MAP_TYPE_HASH: the table of hash-table.ts, one value an element. There is one element more than `max_entries`,
 * because an update of a key writes a new element before the old one goes: a program that holds the old value goes on
 * seeing it.
 */
class HashMap extends HashedMap {
  override memlock(): number {
    return hashMemlock(this.spec, this.host, this.table.count);
  }

  override lookupElem(key: number): number {
    const element = this.findKey(this.keyAt(key));
    return element === 0 ? 0 : this.table.valuePlace(element);
  }

  override updateElem(key: number, value: number, flags: bigint): Errno | 0 {
    return this.updateBytes(this.keyAt(key), this.valueAt(value), flags);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    const mode = flags & ~BPF_F_LOCK;
    if (mode > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    if (flags & BPF_F_LOCK && !this.hasSpinLock) return -errno.EINVAL;
    const hash = this.table.hash(key);
    const old = this.table.find(key, hash);
    const wrong = checkExistence(mode, old !== 0);
    if (wrong) return wrong;
    if (flags & BPF_F_LOCK && old !== 0) {
      writeValue(this, this.table.valuePlace(old), value);
      return 0;
    }
    if (old === 0 && this.table.count >= this.attr.maxEntries) return -errno.E2BIG;
    const element = this.pool.take();
    if (element === 0) return -errno.ENOMEM;
    this.table.insert(element, key, hash);
    const place = this.table.valuePlace(element);
    writeValue(this, place, value);
    initFields(this, place);
    if (old !== 0) this.removeElement(old);
    return 0;
  }

  protected override readElement(element: number): Uint8Array {
    return readValue(this, this.table.valuePlace(element), this.attr.valueSize);
  }

  protected override freeElement(element: number): void {
    freeFields(this, this.table.valuePlace(element));
  }
}

function hashMemlock({ attr }: MapSpec, { cpus }: MapHost, count: number): number {
  const table = structSize.bpf_htab + structSize.htab_bucket * bucketsFor(attr.maxEntries);
  const element = structSize.htab_elem + alignUp(attr.keySize, 8) + alignUp(attr.valueSize, 8);
  if ((attr.mapFlags ?? 0) & bpf_flags.BPF_F_NO_PREALLOC) return table + (element + structSize.llist_node) * count;
  return table + element * (attr.maxEntries + cpus) + structSize.pointer * cpus;
}

function layoutOf(spec: MapSpec, host: MapHost) {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  const shape = { elementHeader: 8, valueBytes: valueStride, valueStride, capacity: spec.attr.maxEntries + 1 };
  return hashLayout(spec, host, shape);
}

export const hash: MapType = {
  check: checkHash,
  layout: layoutOf,
  open: (host, spec, region) => new HashMap(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
