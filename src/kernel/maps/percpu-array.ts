import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { checkArrayBtf, checkArrayFlags } from './array.ts';
import { ACCESS_FLAGS, checkShape, checkValueLimit, INDEX_KEY, PERCPU_MAX } from './create-rules.ts';
import { forEachIndex } from './for-each.ts';
import { headerSize } from './header.ts';
import { IndexedMap } from './indexed-map.ts';
import type { ElementVisitor, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, readPerCpu, writeAllCpus, writeValue } from './value-fields.ts';

/*
 * BPF_MAP_TYPE_PERCPU_ARRAY. After the header, `max_entries` elements, one every `elementStride` bytes; an element is one
 * value a CPU, one every `valueStride` bytes (the value size rounded up to 8).
 */
class PercpuArrayMap extends IndexedMap {
  readonly #stride = alignUp(this.attr.valueSize, 8);
  readonly #elements = this.region.offset + headerSize(this.host.pageSize);

  override get sysValueSize(): number {
    return this.#stride * this.host.cpus;
  }

  override memlock(): number {
    return structSize.bpf_array + this.attr.maxEntries * (structSize.pointer + this.sysValueSize);
  }

  override lookupElem(key: number, cpu: number): number {
    const index = this.get32(key);
    return index < this.attr.maxEntries ? this.#element(index) + cpu * this.#stride : 0;
  }

  override lookupPercpuElem(key: number, cpu: number): number {
    return cpu < this.host.cpus ? this.lookupElem(key, cpu) : 0;
  }

  override updateElem(key: number, value: number, flags: bigint, cpu: number): Errno | 0 {
    const index = this.get32(key);
    const wrong = this.#checkUpdate(flags, index);
    if (wrong) return wrong;
    const place = this.#element(index) + cpu * this.#stride;
    writeValue(this, place, this.valueAt(value));
    freeFields(this, place);
    return 0;
  }

  override deleteElem(): Errno {
    return -errno.EINVAL;
  }

  override forEachElem(visit: ElementVisitor, cpu: number): number {
    return forEachIndex(this, visit, (index) => this.#element(index) + cpu * this.#stride);
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.ENOENT;
    return readPerCpu(this, this.#element(index));
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    const index = this.u32Of(key);
    const wrong = this.#checkUpdate(flags, index);
    if (wrong) return wrong;
    writeAllCpus(this, this.#element(index), value);
    return 0;
  }

  protected override deleteBytes(): Errno {
    return -errno.EINVAL;
  }

  protected override dropContents(): void {
    if (this.spec.fields.length === 0) return;
    for (let index = 0; index < this.attr.maxEntries; index++) {
      for (let cpu = 0; cpu < this.host.cpus; cpu++) freeFields(this, this.#element(index) + cpu * this.#stride);
    }
  }

  #checkUpdate(flags: bigint, index: number): Errno | 0 {
    return checkArrayFlags(flags, index, this.attr.maxEntries);
  }

  #element(index: number): number {
    const size = this.#stride * this.host.cpus;
    const place = this.#elements + index * size;
    this.host.memory.touch(place, size);
    return place;
  }
}

export const percpuArray: MapType = {
  check: (attr) =>
    checkShape(attr, { key: INDEX_KEY, flags: ACCESS_FLAGS }) ||
    checkValueLimit(alignUp(attr.valueSize, 8), PERCPU_MAX),
  btf: checkArrayBtf,
  layout({ attr }, { pageSize, cpus }) {
    const stride = alignUp(attr.valueSize, 8);
    const elements = headerSize(pageSize);
    return {
      size: elements + stride * cpus * attr.maxEntries,
      header: { valueStride: stride, elementStride: stride * cpus, count: attr.maxEntries },
      places: { elements },
      elements: { offset: elements, stride, size: attr.valueSize },
    };
  },
  open: (host, spec, region) => new PercpuArrayMap(host, spec, region),
};
