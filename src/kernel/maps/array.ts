import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import { ACCESS_FLAGS, checkShape, checkValueLimit, INDEX_KEY, INT_MAX } from './create-rules.ts';
import { forEachIndex } from './for-each.ts';
import { headerSize } from './header.ts';
import { IndexedMap } from './indexed-map.ts';
import type { ElementVisitor, MapBtf, MapHost, MappedRange, MapSpec, MapType } from './map.ts';
import { BPF_F_LOCK } from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, readValue, writeValue } from './value-fields.ts';

/*
 * BPF_MAP_TYPE_ARRAY. After the header, `max_entries` values, one every `valueStride` bytes (the value size rounded up
 * to 8). The first value begins at a page of the machine, so that the values can be mapped.
 */

/** Flags of an update of an array, but for BPF_F_LOCK. @returns what is wrong with them, or 0 */
export function checkArrayFlags(flags: bigint, index: number, maxEntries: number): Errno | 0 {
  const mode = flags & ~BPF_F_LOCK;
  if (mode > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
  if (index >= maxEntries) return -errno.E2BIG;
  return mode === BigInt(bpf_flags.BPF_NOEXIST) ? -errno.EEXIST : 0;
}

class ArrayMap extends IndexedMap {
  readonly #stride = alignUp(this.attr.valueSize, 8);
  readonly #values = this.region.offset + headerSize(this.host.pageSize);

  override memlock(): number {
    const values = this.#stride * this.attr.maxEntries;
    if (!(this.flags & bpf_flags.BPF_F_MMAPABLE)) return structSize.bpf_array + values;
    const { pageSize } = this.host;
    return alignUp(structSize.bpf_array, pageSize) + alignUp(values, pageSize);
  }

  override get values(): { readonly first: number; readonly stride: number } {
    return { first: headerSize(this.host.pageSize), stride: this.#stride };
  }

  override lookupElem(key: number): number {
    const index = this.get32(key);
    return index < this.attr.maxEntries ? this.#valuePlace(index) : 0;
  }

  override updateElem(key: number, value: number, flags: bigint): Errno | 0 {
    return this.#update(this.get32(key), this.valueAt(value), flags);
  }

  override deleteElem(): Errno {
    return -errno.EINVAL;
  }

  override forEachElem(visit: ElementVisitor): number {
    return forEachIndex(this, visit, (index) => this.#valuePlace(index));
  }

  override directValueOffset(offset: number): number {
    return this.attr.maxEntries === 1 && offset < this.attr.valueSize ? this.#values + offset : -1;
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.ENOENT;
    return readValue(this, this.#valuePlace(index), this.attr.valueSize);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    return this.#update(this.u32Of(key), value, flags);
  }

  protected override deleteBytes(): Errno {
    return -errno.EINVAL;
  }

  override mmapRange(offset: number, length: number, write: boolean): MappedRange | Errno {
    const refusal = this.mmapRefusal(write);
    if (refusal) return refusal;
    if (!(this.flags & bpf_flags.BPF_F_MMAPABLE)) return -errno.EINVAL;
    const { pageSize } = this.host;
    const bytes = alignUp(length, pageSize);
    if (offset + bytes > alignUp(this.#stride * this.attr.maxEntries, pageSize)) return -errno.EINVAL;
    return { offset: this.#values + offset, length: bytes };
  }

  override userReferencesGone(): void {
    this.dropContents();
  }

  protected override dropContents(): void {
    if (this.spec.fields.length === 0) return;
    for (let index = 0; index < this.attr.maxEntries; index++) freeFields(this, this.#valuePlace(index));
  }

  #valuePlace(index: number): number {
    const place = this.#values + index * this.#stride;
    this.host.memory.touch(place, this.#stride);
    return place;
  }

  #update(index: number, value: Uint8Array, flags: bigint): Errno | 0 {
    const wrong = checkArrayFlags(flags, index, this.attr.maxEntries);
    if (wrong) return wrong;
    if (flags & BPF_F_LOCK && !this.hasSpinLock) return -errno.EINVAL;
    const place = this.#valuePlace(index);
    writeValue(this, place, value);
    freeFields(this, place);
    return 0;
  }
}

/** A data section has a value, but no key. */
export function checkArrayBtf(btf: MapBtf, attr: MapCreateAttr): Errno | 0 {
  if (btf.keyKind === 'int32') return 0;
  const section = attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARRAY && attr.maxEntries === 1 && btf.valueIsDatasec;
  return btf.keyKind === 'void' && section ? 0 : -errno.EINVAL;
}

export const array: MapType = {
  check: (attr) =>
    checkShape(attr, {
      key: INDEX_KEY,
      flags: bpf_flags.BPF_F_NUMA_NODE | bpf_flags.BPF_F_MMAPABLE | bpf_flags.BPF_F_INNER_MAP | ACCESS_FLAGS,
    }) || checkValueLimit(attr.valueSize, INT_MAX),
  btf: checkArrayBtf,
  layout({ attr }: MapSpec, { pageSize }: MapHost) {
    const stride = alignUp(attr.valueSize, 8);
    const values = headerSize(pageSize);
    return {
      size: values + alignUp(stride * attr.maxEntries, pageSize),
      header: { valueStride: stride, count: attr.maxEntries },
      places: { elements: values },
      elements: { offset: values, stride, size: attr.valueSize },
    };
  },
  open: (host, spec, region) => new ArrayMap(host, spec, region),
};
