import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, NO_KEY } from './create-rules.ts';
import { headerSize } from './header.ts';
import { BpfMap, type MapHost, type MapLayout, type MappedRange, type MapSpec, type MapType } from './map.ts';

const GIB_4 = 0x1_0000_0000;

/*
 * BPF_MAP_TYPE_ARENA. After the header, one byte a page (1: the page is there), rounded up to pages of the machine, then
 * `max_entries` pages. A page that is not there reads as a fault; it is given by `allocate`.
 */
export class ArenaMap extends BpfMap {
  readonly #states = this.region.offset + headerSize(this.host.pageSize);
  readonly #pages = this.#states + alignUp(this.attr.maxEntries, this.host.pageSize);

  override memlock(): number {
    return 0;
  }

  /** The user address of the first page, as `map_extra` says; 0 where the first mmap(2) decides. */
  get userStart(): bigint {
    return this.attr.mapExtra ?? 0n;
  }

  /** The place of page `page`. */
  pagePlace(page: number): number {
    return this.#pages + page * this.host.pageSize;
  }

  isAllocated(page: number): boolean {
    return page < this.attr.maxEntries && this.bytesAt(this.#states + page, 1)[0] === 1;
  }

  /**
   * bpf_arena_alloc_pages: `count` pages one after the other, zeroed.
   * @param at the first one, if it must be that
   * @returns the first one, or -ENOMEM
   */
  allocate(count: number, at?: number): number | Errno {
    const first = at ?? this.#gap(count);
    if (count < 1 || first < 0 || first + count > this.attr.maxEntries) return -errno.ENOMEM;
    const states = this.bytesAt(this.#states + first, count);
    if (states.includes(1)) return -errno.ENOMEM;
    states.fill(1);
    this.bytesAt(this.pagePlace(first), count * this.host.pageSize).fill(0);
    return first;
  }

  /** bpf_arena_free_pages. Pages that are not there are passed over. */
  free(first: number, count: number): void {
    const end = Math.min(first + count, this.attr.maxEntries);
    if (first < end) this.bytesAt(this.#states + first, end - first).fill(0);
  }

  /** Pages that a process touches through a mapping come to be. */
  override mmapRange(offset: number, length: number, _write: boolean): MappedRange | Errno {
    const bytes = alignUp(length, this.host.pageSize);
    if (offset !== 0 || bytes > this.attr.maxEntries * this.host.pageSize) return -errno.EINVAL;
    this.bytesAt(this.#states, bytes / this.host.pageSize).fill(1);
    return { offset: this.#pages, length: bytes };
  }

  protected override lookupBytes(): Errno {
    return -errno.EINVAL;
  }

  protected override updateBytes(): Errno {
    return -errno.ENOTSUP;
  }

  protected override deleteBytes(): Errno {
    return -errno.ENOTSUP;
  }

  protected override nextKeyBytes(): Errno {
    return -errno.ENOTSUP;
  }

  #gap(count: number): number {
    const states = this.bytesAt(this.#states, this.attr.maxEntries);
    for (let first = states.indexOf(0); first >= 0; first = states.indexOf(0, first)) {
      const taken = states.subarray(first, first + count).indexOf(1);
      if (taken < 0) return first;
      first += taken;
    }
    return -1;
  }
}

function checkArena(attr: MapCreateAttr, { pageSize }: MapHost): Errno | 0 {
  const { BPF_F_MMAPABLE, BPF_F_SEGV_ON_FAULT, BPF_F_NO_USER_CONV } = bpf_flags;
  const wrong = checkShape(attr, {
    key: NO_KEY,
    value: NO_KEY,
    flags: BPF_F_MMAPABLE | BPF_F_SEGV_ON_FAULT | BPF_F_NO_USER_CONV,
    required: BPF_F_MMAPABLE,
  });
  if (wrong) return wrong;
  const start = attr.mapExtra ?? 0n;
  if (start % BigInt(pageSize) !== 0n) return -errno.EINVAL;
  const size = attr.maxEntries * pageSize;
  if (size > GIB_4) return -errno.E2BIG;
  return start >> 32n === (start + BigInt(size) - 1n) >> 32n ? 0 : -errno.ERANGE;
}

export const arena: MapType = {
  check: checkArena,
  btf: 'unsupported',
  layout({ attr }: MapSpec, { pageSize }: MapHost): MapLayout {
    const states = headerSize(pageSize);
    const elements = states + alignUp(attr.maxEntries, pageSize);
    const size = attr.maxEntries * pageSize;
    return {
      size: elements + size,
      kind: 'arena',
      places: { elements },
      elements: { offset: elements, stride: size, size },
    };
  },
  open: (host, spec, region) => new ArenaMap(host, spec, region),
};
