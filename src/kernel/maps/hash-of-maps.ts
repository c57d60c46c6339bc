import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkHash, checkShape, FD_VALUE, U32_MAX } from './create-rules.ts';
import { bucketsFor, hashLayout, plantSeed } from './hash-table.ts';
import { checkExistence, HashedMap } from './hashed-map.ts';
import { admitInner, innerMetaOf } from './inner-map.ts';
import type { FdResolver, MapHost, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';

/*
 * BPF_MAP_TYPE_HASH_OF_MAPS: the table of hash-table.ts; a value is two u32, little-endian: the place of the inner map's
 * region and its id. Updates of a key that is there are made in place.
 */
class HashOfMaps extends HashedMap {
  override get sysValueSize(): number {
    return 4;
  }

  override memlock(): number {
    const { keySize, maxEntries } = this.attr;
    const { cpus } = this.host;
    const element = structSize.htab_elem + alignUp(keySize, 8) + structSize.pointer;
    const table = structSize.bpf_htab + structSize.htab_bucket * bucketsFor(maxEntries);
    if (this.flags & bpf_flags.BPF_F_NO_PREALLOC) return table + (element + structSize.llist_node) * this.table.count;
    return table + element * maxEntries + structSize.pointer * cpus;
  }

  override lookupElem(key: number): number {
    const element = this.findKey(this.keyAt(key));
    return element === 0 ? 0 : this.#load(element, 0);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    const id = fds.idOfFd('map', this.u32Of(value) | 0);
    if (isErrno(id)) return id;
    const wrong = admitInner(this.host, this.spec.inner, id);
    if (wrong) return wrong;
    if (flags > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    const hash = this.table.hash(key);
    const old = this.table.find(key, hash);
    const refusal = checkExistence(flags, old !== 0);
    if (refusal) return refusal;
    if (old === 0 && this.table.count >= this.attr.maxEntries) return -errno.E2BIG;
    const element = old === 0 ? this.pool.take() : old;
    if (element === 0) return -errno.ENOMEM;
    this.host.hold('map', id);
    if (old !== 0) this.freeElement(old);
    if (old === 0) this.table.insert(element, key, hash);
    const view = this.host.memory.view();
    view.setUint32(this.table.valuePlace(element), this.host.mapById(id)?.region.offset ?? 0, true);
    view.setUint32(this.table.valuePlace(element) + 4, id, true);
    return 0;
  }

  protected override takeBytes(): Errno {
    return -errno.ENOTSUPP;
  }

  protected override readElement(element: number): Uint8Array {
    return this.u32Bytes(this.#load(element, 4));
  }

  protected override freeElement(element: number): void {
    this.host.drop('map', this.#load(element, 4));
  }

  protected override dropContents(): void {
    this.freeAll();
  }

  #load(element: number, at: number): number {
    return this.host.memory.view().getUint32(this.table.valuePlace(element) + at, true);
  }
}

function layoutOf(spec: MapSpec, host: MapHost) {
  return hashLayout(spec, host, { elementHeader: 8, valueBytes: 8, valueStride: 8, capacity: spec.attr.maxEntries });
}

export const hashOfMaps: MapType = {
  check: (attr) =>
    checkShape(attr, { value: FD_VALUE, entries: [0, U32_MAX], key: [0, U32_MAX], flags: -1 }) || checkHash(attr),
  btf: 'unsupported',
  inner: innerMetaOf,
  layout: layoutOf,
  open: (host, spec, region) => new HashOfMaps(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
