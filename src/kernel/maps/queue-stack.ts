import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { ACCESS_FLAGS, checkShape, checkValueLimit, NO_KEY } from './create-rules.ts';
import { field, headerSize } from './header.ts';
import { BpfMap, type MapHost, type MapSpec, type MapType } from './map.ts';
import { structSize } from './memlock.ts';

const BPF_EXIST = BigInt(bpf_flags.BPF_EXIST);

/*
 * BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK. After the header, `max_entries` + 1 values, one directly after the other,
 * used as a ring: `head` of the header is the slot of the next push, `tail` that of the oldest value; equal: empty.
 */
class QueueStackMap extends BpfMap {
  readonly #values: number;
  readonly #slots: number;
  readonly #isStack: boolean;

  constructor(host: MapHost, spec: MapSpec, region: Region) {
    super(host, spec, region);
    this.#values = region.offset + headerSize(host.pageSize);
    this.#slots = spec.attr.maxEntries + 1;
    this.#isStack = spec.attr.mapType === bpf_map_type.BPF_MAP_TYPE_STACK;
  }

  override memlock(): number {
    return structSize.bpf_array + this.#slots * this.attr.valueSize;
  }

  override pushElem(value: number, flags: bigint): Errno | 0 {
    return this.#push(this.valueAt(value), flags);
  }

  override popElem(value: number): Errno | 0 {
    return this.#into(value, true);
  }

  override peekElem(value: number): Errno | 0 {
    return this.#into(value, false);
  }

  protected override lookupBytes(): Uint8Array | Errno {
    return this.#read(false);
  }

  protected override updateBytes(_key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    return this.#push(value, flags);
  }

  protected override takeBytes(): Uint8Array | Errno {
    return this.#read(true);
  }

  protected override deleteBytes(): Errno {
    return -errno.EINVAL;
  }

  protected override nextKeyBytes(): Errno {
    return -errno.EINVAL;
  }

  /** BPF_EXIST makes room in a full map: the oldest value goes. */
  #push(value: Uint8Array, flags: bigint): Errno | 0 {
    if (flags !== 0n && flags !== BPF_EXIST) return -errno.EINVAL;
    const head = this.header.get(field.head);
    const tail = this.header.get(field.tail);
    const next = this.#after(head);
    if (next === tail) {
      if (flags !== BPF_EXIST) return -errno.E2BIG;
      this.header.set(field.tail, this.#after(tail));
    }
    this.#slot(head).set(value);
    this.header.set(field.head, next);
    return 0;
  }

  /** A program gets zeros where there is nothing. */
  #into(place: number, remove: boolean): Errno | 0 {
    const value = this.#read(remove);
    const target = this.valueAt(place);
    if (typeof value === 'number') {
      target.fill(0);
      return value;
    }
    target.set(value);
    return 0;
  }

  #read(remove: boolean): Uint8Array | Errno {
    const head = this.header.get(field.head);
    const tail = this.header.get(field.tail);
    if (head === tail) return -errno.ENOENT;
    const last = head === 0 ? this.#slots - 1 : head - 1;
    const value = this.#slot(this.#isStack ? last : tail).slice();
    if (remove) {
      if (this.#isStack) this.header.set(field.head, last);
      else this.header.set(field.tail, this.#after(tail));
    }
    return value;
  }

  #after(slot: number): number {
    return slot + 1 === this.#slots ? 0 : slot + 1;
  }

  #slot(index: number): Uint8Array {
    return this.valueAt(this.#values + index * this.attr.valueSize);
  }
}

/** Largest allocation of the kernel that a value must stay under. */
const VALUE_LIMIT = 0x7fff_f000;

export const queueStack: MapType = {
  check: (attr) =>
    checkShape(attr, { key: NO_KEY, flags: bpf_flags.BPF_F_NUMA_NODE | ACCESS_FLAGS }) ||
    checkValueLimit(attr.valueSize, VALUE_LIMIT),
  layout({ attr }, { pageSize }) {
    const elements = headerSize(pageSize);
    return {
      size: elements + (attr.maxEntries + 1) * attr.valueSize,
      header: { elementStride: attr.valueSize, capacity: attr.maxEntries + 1 },
      places: { elements },
    };
  },
  open: (host, spec, region) => new QueueStackMap(host, spec, region),
};
