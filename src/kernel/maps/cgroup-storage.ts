import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import { ACCESS_FLAGS, checkShape, PERCPU_MAX } from './create-rules.ts';
import { bucketsFor, hashLayout, plantSeed } from './hash-table.ts';
import { HashedMap } from './hashed-map.ts';
import { BPF_F_LOCK, type MapHost, type MapSpec, type MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, readPerCpu, readValue, writeAllCpus, writeValue } from './value-fields.ts';

/** Elements that there is room for. */
const CAPACITY = 1024;
/** Largest value: it must fit an allocation of 64 KiB with what Linux puts before it. */
const MAX_VALUE = 0xffff - 128;

/*
 * BPF_MAP_TYPE_CGROUP_STORAGE and PERCPU_CGROUP_STORAGE: the table of hash-table.ts. The key is u64 id of the cgroup and,
 * where it has 16 bytes, u32 attach type. Elements come and go with the attachment of programs alone.
 */
export class CgroupStorageMap extends HashedMap {
  readonly #stride = alignUp(this.attr.valueSize, 8);
  readonly #percpu = this.type === bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;

  override get sysValueSize(): number {
    return this.#percpu ? this.#stride * this.host.cpus : this.attr.valueSize;
  }

  override memlock(): number {
    return structSize.bpf_cgroup_storage_map;
  }

  /** The place of a CPU's value of a cgroup, 0 where no program that uses the map is attached to it. */
  storageOf(key: Uint8Array, cpu: number): number {
    const element = this.findKey(key);
    return element === 0 ? 0 : this.visitedValue(element, this.#percpu ? cpu : 0);
  }

  /** A program that uses the map is attached to a cgroup. @returns -ENOMEM where there is no room */
  attached(key: Uint8Array): Errno | 0 {
    if (this.findKey(key) !== 0) return 0;
    const element = this.pool.take();
    if (element === 0) return -errno.ENOMEM;
    const place = this.table.valuePlace(element);
    this.host.memory.bytes().fill(0, place, place + this.sysValueSize);
    this.table.insert(element, key, this.table.hash(key));
    return 0;
  }

  /** The last program that uses the map is detached from a cgroup. */
  detached(key: Uint8Array): void {
    this.deleteKey(key);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    if ((flags & ~BPF_F_LOCK) !== 0n && (flags & ~BPF_F_LOCK) !== BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    const element = this.findKey(key);
    if (element === 0) return -errno.ENOENT;
    if (this.#percpu) writeAllCpus(this, this.table.valuePlace(element), value);
    else writeValue(this, this.table.valuePlace(element), value);
    return 0;
  }

  override deleteElem(): Errno {
    return -errno.EINVAL;
  }

  protected override deleteBytes(): Errno {
    return -errno.EINVAL;
  }

  protected override takeBytes(): Errno {
    return -errno.ENOTSUPP;
  }

  protected override visitedValue(element: number, cpu: number): number {
    return this.table.valuePlace(element) + cpu * this.#stride;
  }

  protected override readElement(element: number): Uint8Array {
    const place = this.table.valuePlace(element);
    return this.#percpu ? readPerCpu(this, place) : readValue(this, place, this.attr.valueSize);
  }

  protected override freeElement(element: number): void {
    if (!this.#percpu) freeFields(this, this.table.valuePlace(element));
  }
}

function checkCgroupStorage(attr: MapCreateAttr): Errno | 0 {
  const percpu = attr.mapType === bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
  if (attr.keySize !== 8 && attr.keySize !== 16) return -errno.EINVAL;
  if (attr.valueSize === 0) return -errno.EINVAL;
  if (attr.valueSize > (percpu ? PERCPU_MAX : MAX_VALUE)) return -errno.E2BIG;
  return checkShape(attr, { entries: [0, 0], flags: bpf_flags.BPF_F_NUMA_NODE | ACCESS_FLAGS });
}

function layoutOf(spec: MapSpec, host: MapHost) {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  const percpu = spec.attr.mapType === bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
  const valueBytes = percpu ? valueStride * host.cpus : valueStride;
  const table = { ...spec, attr: { ...spec.attr, maxEntries: bucketsFor(CAPACITY) } };
  return hashLayout(table, host, { elementHeader: 8, valueBytes, valueStride, capacity: CAPACITY });
}

export const cgroupStorage: MapType = {
  check: checkCgroupStorage,
  btf: ({ keyKind }) => (keyKind === 'struct' ? 0 : -errno.EINVAL),
  layout: layoutOf,
  open: (host, spec, region) => new CgroupStorageMap(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
