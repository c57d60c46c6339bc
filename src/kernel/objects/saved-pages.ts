import { type Memory, PAGE_SIZE, type Region } from '../../vm/index.ts';
import type { PerfEvent } from '../core/perf-event.ts';
import type { Store, StoredRecord } from '../core/store.ts';
import type { BpfMap } from '../maps/map.ts';

const LAYOUT = 'memory';

/** A run of pages that a map or the ring of a perf event has. */
export interface PageRun {
  readonly page: number;
  readonly count: number;
}

type Owner = `map ${number}` | `perf_event ${number}`;

/** The pages of a region that begins at a page. */
export function runOf({ offset, size }: Region): PageRun {
  return { page: offset / PAGE_SIZE, count: Math.max(1, Math.ceil(size / PAGE_SIZE)) };
}

/**
 * Who has which pages of the linear memory, and the maps by their address. All runs are known from the start (one small
 * record), so that the pages of objects that nobody has asked for are not given to others.
 */
export class SavedPages {
  readonly #memory: Memory;
  readonly #store: Store | undefined;
  readonly #runs = new Map<string, PageRun>();
  /** Those whose pages may differ from what is saved. */
  readonly #open = new Set<Owner>();
  readonly #maps = new Map<number, BpfMap>();
  /** Saved pages of objects that are gone. */
  readonly #freed = new Set<number>();
  #changed = false;

  constructor(memory: Memory, store: Store | undefined) {
    this.#memory = memory;
    this.#store = store;
    for (const { owner, page, count } of (store?.get(LAYOUT, 0) ?? []) as readonly StoredRecord[]) {
      this.#runs.set(owner as string, { page: page as number, count: count as number });
      memory.reservePages(page as number, count as number);
    }
  }

  /** The map whose region begins at that offset. */
  mapAt(offset: number): BpfMap | undefined {
    return this.#maps.get(offset);
  }

  /** A new map: of its pages, no more than the first is written yet (its header). */
  addMap(map: BpfMap): void {
    this.#maps.set(map.region.offset, map);
    this.#add(`map ${map.id}`, map.region);
    const { page, count } = runOf(map.region);
    if (this.#store) this.#memory.leaveBlank(page + 1, count - 1);
  }

  removeMap(map: BpfMap): void {
    this.#maps.delete(map.region.offset);
    this.#remove(`map ${map.id}`, map.region);
  }

  /** A perf event that has its ring now. */
  addRing({ id, ring }: PerfEvent): void {
    if (ring) this.#add(`perf_event ${id}`, ring.region);
  }

  removeRing({ id, ring }: PerfEvent): void {
    if (ring) this.#remove(`perf_event ${id}`, ring.region);
  }

  /** An object of the saved machine is about to be opened: its pages are fetched when they are touched. */
  expect({ page, count }: PageRun): void {
    this.#memory.expectPages(page, count);
  }

  restoredMap(map: BpfMap): void {
    this.#maps.set(map.region.offset, map);
    this.#open.add(`map ${map.id}`);
  }

  restoredRing({ id }: PerfEvent): void {
    this.#open.add(`perf_event ${id}`);
  }

  /** Saves the pages of what was opened, where they differ, and forgets those of what is gone. */
  save(): void {
    const store = this.#store;
    if (!store) return;
    for (const owner of this.#open) {
      const { page, count } = this.#runs.get(owner) ?? { page: 0, count: 0 };
      for (let at = page; at < page + count; at++) {
        if (this.#memory.isUntouched(at)) continue;
        store.savePage(at, this.#memory.bytes().subarray(at * PAGE_SIZE, (at + 1) * PAGE_SIZE));
        this.#freed.delete(at);
      }
    }
    for (const page of this.#freed) store.removePage(page);
    this.#freed.clear();
    if (this.#changed)
      store.put(
        LAYOUT,
        0,
        [...this.#runs].map(([owner, run]) => ({ owner, ...run })),
      );
    this.#changed = false;
  }

  #add(owner: Owner, region: Region): void {
    this.#runs.set(owner, runOf(region));
    this.#open.add(owner);
    this.#changed = true;
  }

  #remove(owner: Owner, region: Region): void {
    this.#runs.delete(owner);
    this.#open.delete(owner);
    const { page, count } = runOf(region);
    for (let at = page; at < page + count; at++) this.#freed.add(at);
    this.#changed = true;
  }
}
