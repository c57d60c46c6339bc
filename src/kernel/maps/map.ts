import type { Endian } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { Memory, Region, RegionKind, RegionOptions } from '../../vm/index.ts';
import { kernelAddress, PAGE_SIZE } from '../../vm/index.ts';
import type { field } from './header.ts';
import { MapHeader } from './header.ts';

/** Kernel objects that a map may hold by id, and keeps alive while it does. */
export type HeldKind = 'prog' | 'map' | 'link' | 'perf_event' | 'cgroup' | 'task' | 'sock' | 'inode';

/** Fields inside a value that the kernel gives a meaning, found in the value's BTF when the map is made. */
export type SpecialFieldKind =
  | 'spin_lock'
  | 'res_spin_lock'
  | 'timer'
  | 'workqueue'
  | 'task_work'
  | 'kptr'
  | 'list_head'
  | 'rb_root'
  | 'refcount';

/** One special field of a value: where it begins and how many bytes it has. */
export interface SpecialField {
  readonly kind: SpecialFieldKind;
  readonly offset: number;
  readonly size: number;
}

/** What programs of one program array must have in common. */
export interface ProgOwner {
  readonly type: number;
  readonly expectedAttachType: number;
  readonly jited: boolean;
  readonly xdpHasFrags: boolean;
}

/** What a map needs of the kernel around it. */
export interface MapHost {
  readonly memory: Memory;
  /** Possible CPUs. */
  readonly cpus: number;
  readonly pageSize: number;
  /** Byte order of the emulated machine: of array indexes, ring positions and ids in values. */
  readonly endian: Endian;
  /** CLOCK_MONOTONIC, nanoseconds. */
  now(): bigint;
  /** 32 random bits: the seed of a hash. */
  random32(): number;
  /** Takes a reference to an object on behalf of a map; a map that is freed drops what it holds. */
  hold(kind: HeldKind, id: number): void;
  drop(kind: HeldKind, id: number): void;
  mapById(id: number): BpfMap | undefined;
  progOwner(id: number): ProgOwner | undefined;
  hasNetDevice(ifindex: number): boolean;
  /**
   * A value goes away or is overwritten: cancels the timer or work of that field, drops its kptr or list.
   * @param offset of the field in the linear memory
   */
  freeField(map: BpfMap, field: SpecialField, offset: number): void;
  /** Tells pollers of a ring that there is something to read. */
  wake(map: BpfMap): void;
}

/** The calling process's file descriptors, for maps whose keys or values are fds. */
export interface FdResolver {
  /** The id of the object of that kind behind the fd, or -EBADF / -EINVAL. */
  idOfFd(kind: HeldKind, fd: number): number | Errno;
}

/** What a map of maps says of the maps that may be put into it: a copy of the template's description. */
export interface InnerMeta {
  readonly attr: MapCreateAttr;
  readonly btfId: number;
  readonly fields: readonly SpecialField[];
}

/** What makes a map what it is, beside its memory. */
export interface MapSpec {
  readonly id: number;
  /** As bpf(2) got it, with what the kernel rounds already rounded. */
  readonly attr: MapCreateAttr;
  /** Id of the BTF behind `attr.btfFd`; 0 where there is none. */
  readonly btfId: number;
  /** In order of offset. */
  readonly fields: readonly SpecialField[];
  readonly inner?: InnerMeta;
  /** STRUCT_OPS: how many of the operations are functions. */
  readonly functions?: number;
}

/** A map as a record that can be saved: everything that is not in its memory. */
export interface MapRecord extends MapSpec {
  readonly frozen: boolean;
  /** First page of the map's memory and its length in bytes. */
  readonly page: number;
  readonly size: number;
}

/** Called for each element by `forEachElem`: offsets of key and value; a result other than 0 ends the walk. */
export type ElementVisitor = (key: number, value: number) => number;

/** A run of the linear memory, as mmap(2) of a map gives it. */
export interface MappedRange {
  readonly offset: number;
  readonly length: number;
}

/** What few map types need for a look-up beside the key. */
export interface LookupCall {
  /** Local storage: keys are fds. */
  readonly fds?: FdResolver;
  /** BLOOM_FILTER: the value that is asked for. */
  readonly value?: Uint8Array;
}

/** The element flag that may be added to each mode: copy under the value's spin lock. */
export const BPF_F_LOCK = BigInt(bpf_flags.BPF_F_LOCK);

/** What a map's region holds; all places are relative to its first byte. */
export interface MapLayout {
  /** Bytes in all. */
  readonly size: number;
  /** Header fields that are numbers, and header fields that are places. */
  readonly header?: Partial<Record<keyof typeof field, number>>;
  readonly places?: Partial<Record<keyof typeof field, number>>;
  /** What programs may point to. */
  readonly elements?: RegionOptions['elements'];
  readonly kind?: RegionKind;
}

/** What the BTF of a map's key and value says of them. */
export interface MapBtf {
  readonly id: number;
  /** Bytes of the key's type; 0 where `btfKeyTypeId` is 0. */
  readonly keySize: number;
  readonly valueSize: number;
  /** What the key's type is, as far as a map type asks. */
  readonly keyKind: 'void' | 'int32' | 'struct' | 'other';
  /** The value is a data section. */
  readonly valueIsDatasec: boolean;
  /** Special fields of the value, in order of offset. */
  readonly fields: readonly SpecialField[];
}

/** A map type: what it may be made of, how much memory a map of it takes, and the map over that memory. */
export interface MapType {
  /** What BPF_MAP_CREATE says of the attributes: 0, or Linux's errno. */
  check(attr: MapCreateAttr, host: MapHost): Errno | 0;
  /** What it says of a BTF key and value, whose sizes are right; 'unsupported' where the type takes none. */
  readonly btf?: 'unsupported' | ((btf: MapBtf, attr: MapCreateAttr) => Errno | 0);
  /** Maps of maps: what is kept of the template, or what is wrong with it. */
  inner?(template: BpfMap | Errno | undefined): InnerMeta | Errno;
  /** The attributes as the map has them, where the kernel rounds one. */
  adjust?(attr: MapCreateAttr, host: MapHost): MapCreateAttr;
  layout(spec: MapSpec, host: MapHost): MapLayout | Errno;
  open(host: MapHost, spec: MapSpec, region: Region): BpfMap;
  /** What a new map's memory needs beside the header's fields. */
  start?(map: BpfMap): void;
}

/**
 * One map. All of its state (buckets, free lists, headers, positions) lies in `region`, at a fixed place of the linear
 * memory, in the layout that each map type's file writes down. Two sides use it: programs, by helpers, with **offsets**
 * of the linear memory; processes, by bpf(2), with **bytes** (the `sys` methods: they check what bpf(2) checks of every
 * map and hand on to the type's own `…Bytes` methods). A type overrides what it supports; the rest gives the errno that
 * Linux gives.
 */
export abstract class BpfMap {
  readonly host: MapHost;
  readonly spec: MapSpec;
  readonly region: Region;
  readonly header: MapHeader;
  frozen = false;

  constructor(host: MapHost, spec: MapSpec, region: Region) {
    this.host = host;
    this.spec = spec;
    this.region = region;
    this.header = new MapHeader(host.memory, region.offset);
  }

  get id(): number {
    return this.spec.id;
  }

  get attr(): MapCreateAttr {
    return this.spec.attr;
  }

  get type(): number {
    return this.spec.attr.mapType;
  }

  get flags(): number {
    return this.spec.attr.mapFlags ?? 0;
  }

  /** What a program holds as its pointer to the map. */
  get address(): bigint {
    return kernelAddress(this.region.offset);
  }

  /** What to save of the map beside its memory. */
  get record(): MapRecord {
    const { offset, size } = this.region;
    return { ...this.spec, frozen: this.frozen, page: offset / PAGE_SIZE, size };
  }

  /** Length of a value at bpf(2): all CPUs of a per-CPU map, 4 for a map of fds. */
  get sysValueSize(): number {
    return this.attr.valueSize;
  }

  get hasSpinLock(): boolean {
    return this.spec.fields.some((field) => field.kind === 'spin_lock' || field.kind === 'res_spin_lock');
  }

  /** Bytes of the region that may be other than zero: what is beyond them was never written. */
  get usedSize(): number {
    return this.region.size;
  }

  /** Bytes that bpftool shows as memlock. */
  abstract memlock(): number;

  // Programs: offsets.

  /** @returns the offset of the value (this CPU's for per-CPU maps, the inner map for maps of maps), 0 where there is none */
  lookupElem(_key: number, _cpu: number): number {
    return 0;
  }

  /** bpf_map_lookup_percpu_elem. */
  lookupPercpuElem(_key: number, _cpu: number): number {
    return 0;
  }

  updateElem(_key: number, _value: number, _flags: bigint, _cpu: number): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  deleteElem(_key: number): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  pushElem(_value: number, _flags: bigint): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  popElem(_value: number): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  peekElem(_value: number): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  /** bpf_for_each_map_elem. @returns how many elements were visited */
  forEachElem(_visit: ElementVisitor, _cpu: number): number | Errno {
    return -errno.EINVAL;
  }

  /** Arrays whose values lie one after another: bytes from the map's address to the first, and from one to the next. */
  get values(): { readonly first: number; readonly stride: number } | undefined {
    return undefined;
  }

  /** The offset of byte `offset` of the only value, for `BPF_PSEUDO_MAP_VALUE`; -1 where the map has no such address. */
  directValueOffset(_offset: number): number {
    return -1;
  }

  // Processes: bytes.

  sysLookup(key: Uint8Array, flags: bigint, call: LookupCall = {}): Uint8Array | Errno {
    if (flags & ~BPF_F_LOCK || (flags & BPF_F_LOCK && !this.hasSpinLock)) return -errno.EINVAL;
    if (key.length !== this.attr.keySize) return -errno.EINVAL;
    return this.lookupBytes(key, call);
  }

  sysUpdate(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    if (flags & BPF_F_LOCK && !this.hasSpinLock) return -errno.EINVAL;
    if (key.length !== this.attr.keySize || value.length !== this.sysValueSize) return -errno.EINVAL;
    return this.updateBytes(key, value, flags, fds);
  }

  sysDelete(key: Uint8Array, fds?: FdResolver): Errno | 0 {
    if (key.length !== this.attr.keySize) return -errno.EINVAL;
    return this.deleteBytes(key, fds);
  }

  /** @param key undefined asks for the first key */
  sysGetNextKey(key: Uint8Array | undefined): Uint8Array | Errno {
    if (key !== undefined && key.length !== this.attr.keySize) return -errno.EINVAL;
    return this.nextKeyBytes(key);
  }

  sysLookupAndDelete(key: Uint8Array, flags: bigint): Uint8Array | Errno {
    if (flags & ~BPF_F_LOCK || (flags & BPF_F_LOCK && !this.hasSpinLock)) return -errno.EINVAL;
    const queue = this.type === bpf_map_type.BPF_MAP_TYPE_QUEUE || this.type === bpf_map_type.BPF_MAP_TYPE_STACK;
    if (flags !== 0n && queue) return -errno.EINVAL;
    if (key.length !== this.attr.keySize) return -errno.EINVAL;
    return this.takeBytes(key);
  }

  /**
   * Bytes that mmap(2) of the map gives, or why not.
   * @param length rounded up to pages by the call
   */
  mmapRange(_offset: number, _length: number, _write: boolean): MappedRange | Errno {
    return -errno.ENOTSUPP;
  }

  protected lookupBytes(_key: Uint8Array, _call: LookupCall): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  protected updateBytes(_key: Uint8Array, _value: Uint8Array, _flags: bigint, _fds: FdResolver): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  protected deleteBytes(_key: Uint8Array, _fds?: FdResolver): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  protected nextKeyBytes(_key: Uint8Array | undefined): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  protected takeBytes(_key: Uint8Array): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  /** Why this map may not be mapped, whatever range is asked for; 0 where it may. */
  protected mmapRefusal(write: boolean): Errno | 0 {
    if (this.spec.fields.length > 0) return -errno.ENOTSUPP;
    if (write && this.frozen) return -errno.EPERM;
    return write && this.flags & bpf_flags.BPF_F_RDONLY_PROG ? -errno.EACCES : 0;
  }

  /** The last fd and pin are gone, but programs may still hold the map: timers are cancelled, program arrays emptied. */
  userReferencesGone(): void {}

  /** The last reference is gone: drops what the map holds and gives its memory back. */
  release(): void {
    this.dropContents();
    this.host.memory.freePages(this.region, this.usedSize);
  }

  /** Drops the references that elements hold, and what the special fields of values do. */
  protected dropContents(): void {}

  /** The `length` bytes at an offset of the linear memory, good until the memory grows. */
  protected bytesAt(offset: number, length: number): Uint8Array {
    this.host.memory.touch(offset, length);
    return this.host.memory.bytes().subarray(offset, offset + length);
  }

  protected keyAt(offset: number): Uint8Array {
    return this.bytesAt(offset, this.spec.attr.keySize);
  }

  protected valueAt(offset: number): Uint8Array {
    return this.bytesAt(offset, this.spec.attr.valueSize);
  }

  /** The u32 that the first bytes say, in the machine's byte order. */
  protected u32Of(bytes: Uint8Array): number {
    const word =
      this.host.endian === 'little'
        ? bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)
        : (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
    return word >>> 0;
  }

  /** The four bytes of a u32 in the machine's byte order. */
  protected u32Bytes(value: number): Uint8Array {
    const bytes = Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
    return this.host.endian === 'little' ? bytes : bytes.reverse();
  }

  /** A u32 in the machine's byte order. */
  protected get32(offset: number): number {
    this.host.memory.touch(offset, 4);
    return this.host.memory.view().getUint32(offset, this.host.endian === 'little');
  }

  protected set32(offset: number, value: number): void {
    this.host.memory.touch(offset, 4);
    this.host.memory.view().setUint32(offset, value, this.host.endian === 'little');
  }
}
