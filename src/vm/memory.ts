import { alignUp, EbpftsError, high32, invariant, low32 } from '../base/index.ts';

/** Bytes of one page of the linear memory: what it grows by, and what a machine saves by. */
export const PAGE_SIZE = 0x1_0000;
/** Kernel addresses that programs see: this plus the offset in the linear memory. */
export const KERNEL_BASE = 0xffff_c900_0000_0000n;
/** The high half of every kernel address. */
export const KERNEL_HIGH = high32(KERNEL_BASE);
/** User addresses of tasks: this plus the offset in the linear memory. */
export const USER_BASE = 0x0000_7f00_0000_0000n;
const USER_HIGH = high32(USER_BASE);
const MAX_PAGES = 0x1_0000;

const PRESENT = 0;
const SAVED = 1;
const BLANK = 2;

/** What a region is, for faults and for a reader of them. */
export type RegionKind = 'stack' | 'context' | 'packet' | 'map' | 'ringbuf' | 'object' | 'user' | 'arena' | 'text';

/** What stands at one place of the memory and who may do what with it. */
export interface RegionOptions {
  readonly kind: RegionKind;
  /** For a person: `map counters`, `stack frame 2`. */
  readonly name: string;
  /** Programs may write; default true. (They may always read, unless `access` says otherwise.) */
  readonly writable?: boolean;
  /** Programs may read; default true. */
  readonly readable?: boolean;
  /**
   * Only the first `size` bytes at every `stride` from `offset` of the region are a program's; the rest (headers, links)
   * is the kernel's.
   */
  readonly elements?: {
    readonly offset: number;
    readonly stride: number;
    readonly size: number;
    /** The last bytes of the region are a program's, too: default 0. */
    readonly trailer?: number;
  };
}

/** A run of bytes of the memory. Offsets are fixed for the region's whole life, also over saving and loading. */
export interface Region extends RegionOptions {
  readonly offset: number;
  readonly size: number;
  writable: boolean;
  readable: boolean;
}

/** The pages of a saved machine, fetched when they are first touched. */
export interface Pager {
  /** Fills the page at `page * PAGE_SIZE` (its 64 KiB of memory are given and zero). */
  load(page: number, into: Uint8Array): void;
}

/** A kernel address for an offset of the memory. Offset 0 is the null pointer and never has one. */
export function kernelAddress(offset: number): bigint {
  return offset === 0 ? 0n : KERNEL_BASE + BigInt(offset);
}

/** A user address for an offset of the memory. */
export function userAddress(offset: number): bigint {
  return offset === 0 ? 0n : USER_BASE + BigInt(offset);
}

/** The offset of a kernel address, or -1 where it is none. */
export function kernelOffset(address: bigint): number {
  return high32(address) === KERNEL_HIGH ? low32(address) : -1;
}

/** The offset of a user address, or -1 where it is none. */
export function userOffset(address: bigint): number {
  return high32(address) === USER_HIGH ? low32(address) : -1;
}

/** How much memory there may be, and where saved pages come from. */
export interface MemoryOptions {
  /** At most 65,536 (4 GiB), the default. */
  readonly maxPages?: number;
  readonly pager?: Pager;
}

/** What of a `WebAssembly.Memory` is used: its own type is known only where the DOM's are. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/**
 * The one linear memory of an emulated kernel. Everything that a program can point to lies in it, each thing a `Region`
 * with permissions. Whole pages are handed out by `allocPages` (maps: their place survives saving), smaller things by
 * `alloc` from a heap in it. The first page stays empty, so that offset 0 is null.
 *
 * `view()` and `bytes()` are good until the memory grows, that is until the next allocation: take them anew after one.
 */
export class Memory {
  readonly wasm: LinearMemory;
  readonly #maxPages: number;
  readonly #pager: Pager | undefined;
  #view: DataView;
  #bytes: Uint8Array;
  /** Per page: 0 free, 1 taken. */
  readonly #taken: Uint8Array;
  /** Per page: `PRESENT`, `SAVED` where a saved page has not been fetched yet, `BLANK` where a new one is all zero. */
  readonly #state: Uint8Array;
  #untouchedCount = 0;
  /** Regions by page, in order of offset: what `regionAt` looks in. */
  readonly #regions = new Map<number, Region[]>();
  #last: Region | undefined;
  #heapFree: { offset: number; size: number }[] = [];

  constructor({ maxPages = MAX_PAGES, pager }: MemoryOptions = {}) {
    this.#maxPages = maxPages;
    this.#pager = pager;
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: maxPages });
    this.#bytes = new Uint8Array(this.wasm.buffer);
    this.#view = new DataView(this.wasm.buffer);
    this.#taken = new Uint8Array(maxPages);
    this.#taken[0] = 1;
    this.#state = new Uint8Array(maxPages);
  }

  view(): DataView {
    return this.#view;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Takes whole pages for one region, zeroed.
   * @param at a page to take it at (loading a saved machine), else the first gap
   * @returns undefined when there is no room (the kernel's -ENOMEM)
   */
  allocPages(size: number, options: RegionOptions, at?: number): Region | undefined {
    const count = Math.max(1, Math.ceil(size / PAGE_SIZE));
    const page = at ?? this.#findPages(count);
    if (page === undefined || page + count > this.#maxPages) return undefined;
    if (!this.#grow(page + count)) return undefined;
    this.#taken.fill(1, page, page + count);
    return this.#addRegion(page * PAGE_SIZE, size, options);
  }

  /** Keeps pages of a saved machine from being handed out: `allocPages` takes them by their number. */
  reservePages(page: number, count: number): void {
    this.#taken.fill(1, page, page + count);
  }

  /**
   * Gives pages back, zeroed.
   * @param used bytes of the region that were ever written; what is beyond them is zero as it is
   */
  freePages(region: Region, used = region.size): void {
    const page = region.offset / PAGE_SIZE;
    const count = Math.max(1, Math.ceil(region.size / PAGE_SIZE));
    invariant(Number.isInteger(page), 'a page region begins at a page');
    this.#removeRegion(region);
    const end = region.offset + Math.min(used, count * PAGE_SIZE);
    for (let p = page; p < page + count; p++) {
      const start = p * PAGE_SIZE;
      if (start < end && !this.isUntouched(p)) this.#bytes.fill(0, start, Math.min(end, start + PAGE_SIZE));
      this.#setState(p, PRESENT);
    }
    this.#taken.fill(0, page, page + count);
  }

  /**
   * Takes `size` bytes of the heap, 16-byte aligned and zeroed. Not saved with a machine.
   * @throws {EbpftsError} MEMORY_FULL
   */
  alloc(size: number, options: RegionOptions): Region {
    const need = alignUp(Math.max(size, 1), 16);
    let gap = this.#heapFree.findIndex((free) => free.size >= need);
    if (gap < 0) {
      const count = Math.max(4, Math.ceil(need / PAGE_SIZE));
      const page = this.#findPages(count);
      if (page === undefined || !this.#grow(page + count)) {
        throw new EbpftsError({
          code: 'MEMORY_FULL',
          message: `emulated memory is full: ${size} bytes wanted for ${options.name}, ${this.#maxPages * PAGE_SIZE} bytes in all`,
        });
      }
      this.#taken.fill(1, page, page + count);
      gap = this.#addHeapGap(page * PAGE_SIZE, count * PAGE_SIZE);
    }
    const free = this.#heapFree[gap];
    const offset = free.offset;
    if (free.size === need) this.#heapFree.splice(gap, 1);
    else this.#heapFree[gap] = { offset: offset + need, size: free.size - need };
    return this.#addRegion(offset, size, options);
  }

  /** Gives a region of `alloc` back. */
  free(region: Region): void {
    this.#removeRegion(region);
    const size = alignUp(Math.max(region.size, 1), 16);
    this.#bytes.fill(0, region.offset, region.offset + size);
    this.#addHeapGap(region.offset, size);
  }

  /** The region that the byte at `offset` belongs to. */
  regionAt(offset: number): Region | undefined {
    const last = this.#last;
    if (last && offset >= last.offset && offset < last.offset + last.size) return last;
    const list = this.#regions.get(Math.floor(offset / PAGE_SIZE));
    if (!list) return undefined;
    let low = 0;
    let high = list.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const region = list[middle];
      if (offset < region.offset) high = middle - 1;
      else if (offset >= region.offset + region.size) low = middle + 1;
      else {
        this.#last = region;
        return region;
      }
    }
    return undefined;
  }

  /** Says that pages are saved and not fetched yet; `touch` fetches them. */
  expectPages(page: number, count: number): void {
    for (let at = page; at < page + count; at++) this.#setState(at, SAVED);
  }

  /** Says that new pages are zero and nobody's yet, so that saving need not look at them; `touch` ends that. */
  leaveBlank(page: number, count: number): void {
    for (let at = page; at < page + count; at++) this.#setState(at, BLANK);
  }

  /** Whether nobody has asked for anything in the page, so that it is as it was saved, or blank. */
  isUntouched(page: number): boolean {
    return this.#state[page] !== PRESENT;
  }

  /** Fetches the saved pages under these bytes. Whoever reads or writes a map's state directly says so here first. */
  touch(offset: number, length: number): void {
    if (this.#untouchedCount === 0) return;
    const end = Math.floor((offset + Math.max(length, 1) - 1) / PAGE_SIZE);
    for (let page = Math.floor(offset / PAGE_SIZE); page <= end; page++) {
      const state = this.#state[page];
      if (state === PRESENT) continue;
      this.#setState(page, PRESENT);
      if (state === BLANK) continue;
      invariant(this.#pager, 'saved pages have a pager');
      this.#pager.load(page, this.#bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    }
  }

  /** Fetches all saved pages, for who looks at memory without saying where. */
  fetchAll(): void {
    for (let page = 0; this.#untouchedCount > 0 && page < this.#maxPages; page++) this.touch(page * PAGE_SIZE, 1);
  }

  #setState(page: number, state: typeof PRESENT | typeof SAVED | typeof BLANK): void {
    this.#untouchedCount += Number(state !== PRESENT) - Number(this.#state[page] !== PRESENT);
    this.#state[page] = state;
  }

  #findPages(count: number): number | undefined {
    let run = 0;
    for (let page = 1; page < this.#maxPages; page++) {
      run = this.#taken[page] ? 0 : run + 1;
      if (run === count) return page - count + 1;
    }
    return undefined;
  }

  #grow(pages: number): boolean {
    const have = this.#bytes.length / PAGE_SIZE;
    if (pages <= have) return true;
    const wanted = Math.min(this.#maxPages, Math.max(pages, Math.min(have * 2, have + 4096)));
    try {
      this.wasm.grow(wanted - have);
    } catch {
      return false;
    }
    this.#bytes = new Uint8Array(this.wasm.buffer);
    this.#view = new DataView(this.wasm.buffer);
    return true;
  }

  #addHeapGap(offset: number, size: number): number {
    const list = this.#heapFree;
    let at = list.findIndex((free) => free.offset > offset);
    if (at < 0) at = list.length;
    list.splice(at, 0, { offset, size });
    const next = list[at + 1];
    if (next && offset + size === next.offset) {
      list[at] = { offset, size: size + next.size };
      list.splice(at + 1, 1);
    }
    const before = list[at - 1];
    if (before && before.offset + before.size === offset) {
      list[at - 1] = { offset: before.offset, size: before.size + list[at].size };
      list.splice(at, 1);
      at--;
    }
    return at;
  }

  #pagesOf(region: Region): [number, number] {
    return [
      Math.floor(region.offset / PAGE_SIZE),
      Math.floor((region.offset + Math.max(region.size, 1) - 1) / PAGE_SIZE),
    ];
  }

  #addRegion(offset: number, size: number, options: RegionOptions): Region {
    const region: Region = {
      ...options,
      offset,
      size,
      writable: options.writable ?? true,
      readable: options.readable ?? true,
    };
    const [first, last] = this.#pagesOf(region);
    for (let page = first; page <= last; page++) {
      const list = this.#regions.get(page);
      if (!list) this.#regions.set(page, [region]);
      else {
        let at = list.length;
        while (at > 0 && list[at - 1].offset > offset) at--;
        list.splice(at, 0, region);
      }
    }
    return region;
  }

  #removeRegion(region: Region): void {
    if (this.#last === region) this.#last = undefined;
    const [first, last] = this.#pagesOf(region);
    for (let page = first; page <= last; page++) {
      const list = this.#regions.get(page);
      const at = list?.indexOf(region) ?? -1;
      invariant(list && at >= 0, `region ${region.name} is known`);
      list.splice(at, 1);
      if (list.length === 0) this.#regions.delete(page);
    }
  }
}
