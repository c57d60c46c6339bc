import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { headerSize } from './header.ts';
import { nextIndex } from './indexed-map.ts';
import type { FdResolver, MapHost, MapLayout, MapSpec } from './map.ts';
import { EMPTY, type RedirectEntry, RedirectMap } from './redirect-value.ts';

const BPF_EXIST = BigInt(bpf_flags.BPF_EXIST);
const BPF_NOEXIST = BigInt(bpf_flags.BPF_NOEXIST);
/** Bytes from one entry to the next. */
const ENTRY = 8;

/** DEVMAP, DEVMAP_HASH and CPUMAP: an index, and a value of 4 bytes, or of 8 with a program. */
export function checkRedirect(attr: MapCreateAttr, flags: number = FILE_FLAGS): Errno | 0 {
  const wrong = checkShape(attr, { key: INDEX_KEY, value: [4, 8], flags });
  return wrong || (attr.valueSize % 4 === 0 ? 0 : -errno.EINVAL);
}

/** After the header, `max_entries` entries of 8 bytes. */
export function redirectArrayLayout({ attr }: MapSpec, { pageSize }: MapHost): MapLayout {
  const elements = headerSize(pageSize);
  return {
    size: elements + ENTRY * attr.maxEntries,
    header: { elementStride: ENTRY },
    places: { elements },
    elements: { offset: elements, stride: ENTRY, size: attr.valueSize },
  };
}

/** Redirect maps with an index as key: DEVMAP and CPUMAP. */
export abstract class RedirectArrayMap extends RedirectMap {
  readonly #entries = this.region.offset + headerSize(this.host.pageSize);

  override lookupElem(key: number): number {
    const index = this.get32(key);
    if (index >= this.attr.maxEntries) return 0;
    return this.get32(this.#place(index)) === 0 ? 0 : this.#place(index);
  }

  override updateElem(key: number, value: number, flags: bigint): Errno | 0 {
    return this.#update(this.get32(key), this.valueAt(value), flags);
  }

  override deleteElem(key: number): Errno | 0 {
    return this.#delete(this.get32(key));
  }

  /** The entry of an index, target 0 where there is none. */
  redirectEntry(index: number): RedirectEntry {
    return index < this.attr.maxEntries ? this.entryAt(this.#place(index)) : EMPTY;
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const index = this.u32Of(key);
    return index < this.attr.maxEntries ? this.readEntry(this.#place(index)) : -errno.ENOENT;
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    return this.#update(this.u32Of(key), value, flags, fds);
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    return this.#delete(this.u32Of(key));
  }

  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const next = nextIndex(key && this.u32Of(key), this.attr.maxEntries);
    return next < 0 ? next : this.u32Bytes(next);
  }

  protected override dropContents(): void {
    for (let index = 0; index < this.attr.maxEntries; index++) this.putEntry(this.#place(index), EMPTY);
  }

  /** The entry that a value asks for, or what is wrong with it. */
  protected abstract admit(index: number, value: Uint8Array, fds: FdResolver): RedirectEntry | Errno;

  /** Linux's own count of entries goes up or down. */
  protected counted(_change: 1 | -1): void {}

  #update(index: number, value: Uint8Array, flags: bigint, fds: FdResolver = NO_FDS): Errno | 0 {
    if (flags > BPF_EXIST) return -errno.EINVAL;
    if (index >= this.attr.maxEntries) return -errno.E2BIG;
    if (flags === BPF_NOEXIST) return -errno.EEXIST;
    const entry = this.admit(index, value, fds);
    if (typeof entry === 'number') return entry;
    if (this.get32(this.#place(index)) === 0) this.counted(1);
    this.putEntry(this.#place(index), entry);
    return 0;
  }

  #delete(index: number): Errno | 0 {
    if (index >= this.attr.maxEntries) return -errno.EINVAL;
    if (this.get32(this.#place(index)) !== 0) this.counted(-1);
    this.putEntry(this.#place(index), EMPTY);
    return 0;
  }

  #place(index: number): number {
    return this.#entries + index * ENTRY;
  }
}

/** Programs have no fds. */
const NO_FDS: FdResolver = { idOfFd: () => -errno.EBADF };
