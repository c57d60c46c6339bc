import type { Errno } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { headerSize } from './header.ts';
import { IndexedMap } from './indexed-map.ts';
import type { FdResolver, HeldKind, MapHost, MapLayout, MapSpec } from './map.ts';
import { structSize } from './memlock.ts';

/** Bytes of a slot. */
const SLOT = 8;

/** Where an array of objects keeps its slots. */
export function fdArrayLayout({ attr }: MapSpec, { pageSize }: MapHost): MapLayout {
  const slots = headerSize(pageSize);
  return { size: slots + SLOT * attr.maxEntries, header: { elementStride: SLOT }, places: { elements: slots } };
}

/**
 * Arrays of kernel objects, which go in as fds and show as ids. A slot is two u32, little-endian: the place in the linear
 * memory that programs get for the object (0 but for maps), and its id (0: the slot is empty).
 */
export abstract class FdArrayMap extends IndexedMap {
  readonly #slots = this.region.offset + headerSize(this.host.pageSize);

  /** What the slots hold. */
  protected abstract readonly kind: HeldKind;

  override get sysValueSize(): number {
    return 4;
  }

  override memlock(): number {
    return structSize.bpf_array + structSize.pointer * this.attr.maxEntries;
  }

  /** The id of the object at an index, or 0. */
  idAt(index: number): number {
    return index < this.attr.maxEntries ? this.#load(index, 4) : 0;
  }

  /** The place of the object at an index, or 0. */
  protected placeAt(index: number): number {
    return index < this.attr.maxEntries ? this.#load(index, 0) : 0;
  }

  override deleteElem(key: number): Errno | 0 {
    return this.#delete(this.get32(key));
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    if (flags !== 0n) return -errno.EINVAL;
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.E2BIG;
    const id = fds.idOfFd(this.kind, this.u32Of(value) | 0);
    if (isErrno(id)) return id;
    const wrong = this.admit(id);
    if (wrong) return wrong;
    this.host.hold(this.kind, id);
    const old = this.idAt(index);
    this.#store(index, this.placeOf(id), id);
    if (old !== 0) this.host.drop(this.kind, old);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    return this.#delete(this.u32Of(key));
  }

  /** Empties a slot. */
  removeAt(index: number): void {
    this.#delete(index);
  }

  protected override dropContents(): void {
    for (let index = 0; index < this.attr.maxEntries; index++) this.#delete(index);
  }

  /** The id in a slot as bpf(2) shows it. */
  protected lookupId(key: Uint8Array): Uint8Array | Errno {
    const id = this.idAt(this.u32Of(key));
    return id === 0 ? -errno.ENOENT : this.u32Bytes(id);
  }

  /** Whether the object may stand in this map: 0, or why not. */
  protected admit(_id: number): Errno | 0 {
    return 0;
  }

  protected placeOf(_id: number): number {
    return 0;
  }

  #delete(index: number): Errno | 0 {
    if (index >= this.attr.maxEntries) return -errno.E2BIG;
    const id = this.idAt(index);
    if (id === 0) return -errno.ENOENT;
    this.#store(index, 0, 0);
    this.host.drop(this.kind, id);
    return 0;
  }

  #load(index: number, at: number): number {
    const slot = this.#slots + index * SLOT;
    this.host.memory.touch(slot, SLOT);
    return this.host.memory.view().getUint32(slot + at, true);
  }

  #store(index: number, place: number, id: number): void {
    const slot = this.#slots + index * SLOT;
    this.host.memory.touch(slot, SLOT);
    this.host.memory.view().setUint32(slot, place, true);
    this.host.memory.view().setUint32(slot + 4, id, true);
  }
}
