import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Memory, Region } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';

/** Kernel objects that a map may hold by id, and keeps alive while it does. */
export type HeldKind = 'prog' | 'map' | 'link' | 'perf_event';

/** What a map needs of the kernel around it. */
export interface MapHost {
  readonly memory: Memory;
  /** Possible CPUs. */
  readonly cpus: number;
  readonly pageSize: number;
  /** CLOCK_MONOTONIC, nanoseconds. */
  now(): bigint;
  /** Takes a reference to an object on behalf of a map; a map that is freed drops what it holds. */
  hold(kind: HeldKind, id: number): void;
  drop(kind: HeldKind, id: number): void;
  mapById(id: number): BpfMap | undefined;
  /** Tells pollers of a ring that there is something to read. */
  wake(map: BpfMap): void;
}

/** The calling process's file descriptors, for maps whose values are fds. */
export interface FdResolver {
  /** The id of the object of that kind behind the fd, or -EBADF / -EINVAL. */
  idOfFd(kind: HeldKind, fd: number): number | Errno;
}

/** A map as a record that can be saved: everything that is not in its memory. */
export interface MapRecord {
  readonly id: number;
  readonly attr: MapCreateAttr;
  /** Ids that stand for the fds of `attr`; 0 where there is none. */
  readonly btfId: number;
  readonly innerMapId: number;
  readonly frozen: boolean;
  /** First page of the map's memory and its length in bytes. */
  readonly page: number;
  readonly size: number;
  readonly ownerProgType?: number;
}

/** Called for each element by `forEach`: offsets of key and value; a result other than 0 ends the walk. */
export type ElementVisitor = (key: number, value: number) => number;

/**
 * One map. All of its state (buckets, free lists, headers, positions) lies in `region`, at a fixed place of the linear
 * memory, in the layout that each map type's file writes down. Two sides use it: programs, by helpers, with **offsets**
 * of the linear memory; processes, by bpf(2), with **bytes**. A type overrides what it supports; the rest gives the
 * errno that Linux gives.
 */
export abstract class BpfMap {
  readonly host: MapHost;
  readonly id: number;
  readonly attr: MapCreateAttr;
  readonly region: Region;
  frozen = false;

  protected constructor(host: MapHost, id: number, attr: MapCreateAttr, region: Region) {
    this.host = host;
    this.id = id;
    this.attr = attr;
    this.region = region;
  }

  /** What a program holds as its pointer to the map. */
  get address(): bigint {
    return kernelAddress(this.region.offset);
  }

  /** Bytes that bpftool shows as memlock. */
  abstract memlock(): number;

  // Programs: offsets.

  /** @returns the offset of the value (this CPU's for per-CPU maps), 0 where there is none */
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
  forEach(_visit: ElementVisitor, _cpu: number): number | Errno {
    return -errno.EINVAL;
  }

  /** The offset of byte `offset` of the only value, for `BPF_PSEUDO_MAP_VALUE`; -1 where the map has no such address. */
  directValueOffset(_offset: number): number {
    return -1;
  }

  // Processes: bytes.

  sysLookup(_key: Uint8Array, _flags: bigint): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  sysUpdate(_key: Uint8Array, _value: Uint8Array, _flags: bigint, _fds: FdResolver): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  sysDelete(_key: Uint8Array): Errno | 0 {
    return -errno.ENOTSUPP;
  }

  sysGetNextKey(_key: Uint8Array | undefined): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  sysLookupAndDelete(_key: Uint8Array, _flags: bigint): Uint8Array | Errno {
    return -errno.ENOTSUPP;
  }

  /** Bytes that mmap(2) of the map gives: an offset in the memory and a length, or why not. */
  mmapRange(_offset: number, _length: number, _write: boolean): { offset: number; length: number } | Errno {
    return -errno.ENOTSUPP;
  }

  /** The last reference is gone: drops what the map holds and gives its memory back. */
  abstract release(): void;
}
