import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { checkShape, INDEX_KEY } from './create-rules.ts';
import type { ElementPool } from './element-pool.ts';
import { elementsOf, HashTable, hashLayout } from './hash-table.ts';
import { checkExistence } from './hashed-map.ts';
import {
  BPF_F_LOCK,
  BpfMap,
  type FdResolver,
  type HeldKind,
  type LookupCall,
  type MapHost,
  type MapLayout,
  type MapSpec,
  type MapType,
} from './map.ts';
import { structSize } from './memlock.ts';
import { freeFields, initFields, readValue, writeValue } from './value-fields.ts';

/** Buckets of the table, and bytes of the elements that there is room for. */
const BUCKETS = 1024;
const ROOM = 0x100_0000;
/** Largest value: it must fit an allocation of 64 KiB with what Linux puts before it. */
const MAX_VALUE = 0xffff - 128;

/** What owns the values of each type. */
const OWNERS: ReadonlyMap<number, HeldKind> = new Map([
  [bpf_map_type.BPF_MAP_TYPE_SK_STORAGE, 'sock'],
  [bpf_map_type.BPF_MAP_TYPE_INODE_STORAGE, 'inode'],
  [bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE, 'task'],
  [bpf_map_type.BPF_MAP_TYPE_CGRP_STORAGE, 'cgroup'],
]);

/**
 * BPF_MAP_TYPE_SK_STORAGE, INODE_STORAGE, TASK_STORAGE and CGRP_STORAGE: the table of hash-table.ts with 1024 buckets; the
 * key is the owner's id (u32), its hash is the id. Processes name the owner by an fd.
 *
 * DEVIATION: Linux keeps each value at its owner and has no limit to them; here there is room for 16 MiB of them a map,
 * and -ENOMEM after that.
 */
export class LocalStorageMap extends BpfMap {
  readonly ownerKind: HeldKind;
  readonly #table: HashTable;
  readonly #pool: ElementPool;

  constructor(host: MapHost, spec: MapSpec, region: Region, layout: MapLayout) {
    super(host, spec, region);
    this.ownerKind = OWNERS.get(spec.attr.mapType) ?? 'task';
    this.#table = new HashTable(this, layout);
    this.#pool = elementsOf(this, layout);
  }

  override get usedSize(): number {
    return this.#pool.end - this.region.offset;
  }

  override memlock(): number {
    const buckets = Math.max(2, 2 ** Math.ceil(Math.log2(this.host.cpus)));
    return structSize.bpf_local_storage_map + structSize.bpf_local_storage_map_bucket * buckets;
  }

  /** The place of an owner's value, 0 where it has none. */
  storageOf(owner: number): number {
    const element = this.#find(owner);
    return element === 0 ? 0 : this.#table.valuePlace(element);
  }

  /**
   * A new value for an owner that has none.
   * @param initial its bytes; zero where there are none
   * @returns its place, 0 where there is no room
   */
  createStorage(owner: number, initial?: Uint8Array): number {
    const element = this.#pool.take();
    if (element === 0) return 0;
    this.#table.insert(element, this.u32Bytes(owner), owner);
    const place = this.#table.valuePlace(element);
    this.valueAt(place).fill(0);
    if (initial !== undefined) writeValue(this, place, initial);
    initFields(this, place);
    return place;
  }

  /** The owner's value goes, by a program, or because the owner does. */
  deleteStorage(owner: number): Errno | 0 {
    const element = this.#find(owner);
    if (element === 0) return -errno.ENOENT;
    freeFields(this, this.#table.valuePlace(element));
    this.#table.unlink(element);
    this.#pool.giveBack(element);
    return 0;
  }

  protected override lookupBytes(key: Uint8Array, { fds }: LookupCall): Uint8Array | Errno {
    const owner = this.#ownerOf(key, fds);
    if (isErrno(owner)) return owner;
    const place = this.storageOf(owner);
    return place === 0 ? -errno.ENOENT : readValue(this, place, this.attr.valueSize);
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    const owner = this.#ownerOf(key, fds);
    if (isErrno(owner)) return owner;
    const mode = flags & ~BPF_F_LOCK;
    if (mode > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    const old = this.storageOf(owner);
    const wrong = checkExistence(mode, old !== 0);
    if (wrong) return wrong;
    if (old !== 0 && flags & BPF_F_LOCK) {
      writeValue(this, old, value);
      return 0;
    }
    if (old !== 0) this.deleteStorage(owner);
    return this.createStorage(owner, value) === 0 ? -errno.ENOMEM : 0;
  }

  protected override deleteBytes(key: Uint8Array, fds?: FdResolver): Errno | 0 {
    const owner = this.#ownerOf(key, fds);
    return isErrno(owner) ? owner : this.deleteStorage(owner);
  }

  protected override dropContents(): void {
    this.#table.walk((element) => {
      freeFields(this, this.#table.valuePlace(element));
      return 0;
    });
  }

  #ownerOf(key: Uint8Array, fds: FdResolver | undefined): number | Errno {
    return fds?.idOfFd(this.ownerKind, this.u32Of(key) | 0) ?? -errno.EBADF;
  }

  #find(owner: number): number {
    return this.#table.find(this.u32Bytes(owner), owner);
  }
}

function checkStorage(attr: MapCreateAttr): Errno | 0 {
  const { BPF_F_NO_PREALLOC, BPF_F_CLONE } = bpf_flags;
  const wrong = checkShape(attr, {
    key: INDEX_KEY,
    entries: [0, 0],
    flags: BPF_F_NO_PREALLOC | BPF_F_CLONE,
    required: BPF_F_NO_PREALLOC,
  });
  if (wrong) return wrong;
  if (!attr.btfKeyTypeId || !attr.btfValueTypeId) return -errno.EINVAL;
  return attr.valueSize > MAX_VALUE ? -errno.E2BIG : 0;
}

function layoutOf(spec: MapSpec, host: MapHost): MapLayout {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  const capacity = Math.max(1, Math.floor(ROOM / (16 + valueStride)));
  const table = { ...spec, attr: { ...spec.attr, maxEntries: BUCKETS } };
  return hashLayout(table, host, { elementHeader: 8, valueBytes: valueStride, valueStride, capacity });
}

export const localStorage: MapType = {
  check: checkStorage,
  btf: ({ keyKind }) => (keyKind === 'int32' ? 0 : -errno.EINVAL),
  layout: layoutOf,
  open: (host, spec, region) => new LocalStorageMap(host, spec, region, layoutOf(spec, host)),
};
