import { invariant } from '../../base/index.ts';
import { type Memory, PAGE_SIZE } from '../../vm/index.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { KernelState } from '../core/state.ts';
import type { Store, StoredRecord } from '../core/store.ts';
import type { BpfMap, MapRecord } from '../maps/map.ts';
import { restoreMap } from '../maps/registry.ts';

const LAYOUT = 'memory';

/** A run of pages that a map has. */
interface PageRun {
  readonly page: number;
  readonly count: number;
}

/**
 * Which map has which pages of the linear memory, and the maps by their address. All of the runs are known from the
 * start (one small record), so that the pages of maps that nobody has asked for are not given to others.
 */
export class MapPages {
  readonly #memory: Memory;
  readonly #store: Store | undefined;
  readonly #runs = new Map<number, PageRun>();
  readonly #byOffset = new Map<number, BpfMap>();
  /** Saved pages of maps that are gone. */
  readonly #freed = new Set<number>();
  #changed = false;

  constructor(memory: Memory, store: Store | undefined) {
    this.#memory = memory;
    this.#store = store;
    for (const { id, page, count } of (store?.get(LAYOUT, 0) ?? []) as readonly StoredRecord[]) {
      this.#runs.set(id as number, { page: page as number, count: count as number });
      memory.reservePages(page as number, count as number);
    }
  }

  /** The map whose region begins at that offset. */
  at(offset: number): BpfMap | undefined {
    return this.#byOffset.get(offset);
  }

  /** A new map. */
  add(map: BpfMap): void {
    this.#byOffset.set(map.region.offset, map);
    this.#runs.set(map.id, runOf(map));
    this.#changed = true;
  }

  /** A map of the saved machine is about to be opened: its pages are to be fetched when they are touched. */
  expect({ page, size }: MapRecord): void {
    const end = page + pageCount(size);
    for (let at = page; at < end; at++) this.#memory.setAbsent([at]);
  }

  restored(map: BpfMap): void {
    this.#byOffset.set(map.region.offset, map);
  }

  remove(map: BpfMap): void {
    this.#byOffset.delete(map.region.offset);
    this.#runs.delete(map.id);
    const { page, count } = runOf(map);
    for (let at = page; at < page + count; at++) this.#freed.add(at);
    this.#changed = true;
  }

  /** Saves the pages of the maps that were opened, where they differ, and forgets those of maps that are gone. */
  save(maps: Iterable<BpfMap>): void {
    const store = this.#store;
    if (!store) return;
    for (const { page, count } of this.#runs.values())
      for (let at = page; at < page + count; at++) this.#freed.delete(at);
    for (const page of this.#freed) store.removePage(page);
    this.#freed.clear();
    for (const map of maps) {
      const { page, count } = runOf(map);
      for (let at = page; at < page + count; at++) {
        if (this.#memory.isAbsent(at)) continue;
        store.savePage(at, this.#memory.bytes().subarray(at * PAGE_SIZE, (at + 1) * PAGE_SIZE));
      }
    }
    if (this.#changed)
      store.put(
        LAYOUT,
        0,
        [...this.#runs].map(([id, run]) => ({ id, ...run })),
      );
    this.#changed = false;
  }
}

function pageCount(size: number): number {
  return Math.max(1, Math.ceil(size / PAGE_SIZE));
}

function runOf({ region }: BpfMap): PageRun {
  return { page: region.offset / PAGE_SIZE, count: pageCount(region.size) };
}

/** How maps are saved: what makes them a record, their state as pages. */
export function mapCodec(state: () => KernelState, pages: MapPages): ObjectCodec<BpfMap> {
  return {
    restore(id, saved) {
      const { refs: _refs, users: _users, ...fields } = saved;
      const record = fields as unknown as MapRecord;
      pages.expect(record);
      const map = restoreMap(state().mapHost, record);
      invariant(typeof map !== 'number', `map ${id} is of a known type`);
      pages.restored(map);
      return map;
    },
    record: (map) => map.record as unknown as StoredRecord,
    usersGone: (map) => map.userReferencesGone(),
    release(map) {
      pages.remove(map);
      const { btfs } = state();
      const { btfId, inner } = map.spec;
      map.release();
      if (btfId !== 0) btfs.drop(btfId);
      if (inner?.btfId) btfs.drop(inner.btfId);
    },
  };
}
