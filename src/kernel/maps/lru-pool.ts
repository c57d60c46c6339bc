import type { Memory } from '../../vm/index.ts';
import { ElementPool, type PoolPlace } from './element-pool.ts';

/** Bytes at the head of an element of an LRU table; its key follows. */
export const LRU_ELEMENT_HEADER = 24;
/** Bytes from one pool's own fields to the next. */
export const LRU_POOL_SIZE = 32;

/** Elements that an eviction looks at, at most. */
const SCAN_LIMIT = 128;
/** Fields of the pool, after those of element-pool.ts. */
const HEAD = 8;
const TAIL = 12;
const READY = 16;
const REFILLS = 20;
/** Fields of an element, after those of hash-table.ts. */
const PREVIOUS = 8;
const NEXT = 12;
const USED = 16;
const BORN = 20;

/** How a pool makes room: found by filling maps of Linux 6.18 (test/data/maps/lru.tsv). */
export interface LruPolicy {
  /** Elements that are made ready at a time. */
  readonly batch: number;
  /** Free elements are made ready too, before any is evicted; else elements are evicted when none is free. */
  readonly viaBatch: boolean;
}

/**
 * A pool that never runs out: elements that were not used lately give way to new ones, several at a time. Its own state,
 * beside that of element-pool.ts:
 *
 * | at | what                                                                        |
 * |----|-----------------------------------------------------------------------------|
 * | 8  | u32 place of the most recent element of the list, at 12 of the least recent    |
 * | 16 | u32 place of the first element made ready, linked by the first u32 of each     |
 * | 20 | u32 how often elements were made ready                                       |
 *
 * and in an element:
 *
 * | at | what                                                                        |
 * |----|-----------------------------------------------------------------------------|
 * | 8  | u32 place of the element used more lately, at 12 of the one used less lately   |
 * | 16 | u32 1 where it was looked up since it was last passed over                    |
 * | 20 | u32 value of `how often` when it came into the list                           |
 *
 * New elements come to the front. An eviction begins at the back; what was used since goes to the front once more.
 *
 * DEVIATION: Linux keeps an active and an inactive list: of elements that were looked up, it may evict other ones.
 */
export class LruPool extends ElementPool {
  readonly #policy: LruPolicy;

  constructor(memory: Memory, place: PoolPlace, policy: LruPolicy) {
    super(memory, place);
    this.#policy = policy;
  }

  /** A new element at the front of the list. @param evict takes an element out of its chain and frees its value */
  takeOrEvict(evict: (element: number) => void): number {
    const element = this.#policy.viaBatch ? this.#takeReady(evict) : this.#takeFree(evict);
    const { at } = this.place;
    this.store(element + BORN, this.load(at + REFILLS));
    this.#addFirst(element);
    return element;
  }

  /** What came since elements were last made ready is ready again. */
  override giveBack(element: number): void {
    this.#remove(element);
    const { at } = this.place;
    if (this.#policy.viaBatch && this.load(element + BORN) === this.load(at + REFILLS)) this.#makeReady(element);
    else super.giveBack(element);
  }

  markUsed(element: number): void {
    this.store(element + USED, 1);
  }

  #takeFree(evict: (element: number) => void): number {
    const free = this.take();
    if (free !== 0) return free;
    this.#evict(this.#policy.batch, evict, (element) => super.giveBack(element));
    return this.take();
  }

  #takeReady(evict: (element: number) => void): number {
    const { at } = this.place;
    if (this.load(at + READY) === 0) this.#refill(evict);
    const element = this.load(at + READY);
    this.store(at + READY, this.load(element));
    return element;
  }

  #refill(evict: (element: number) => void): void {
    const { at } = this.place;
    const { batch } = this.#policy;
    this.store(at + REFILLS, (this.load(at + REFILLS) + 1) >>> 0);
    let ready = 0;
    for (let free = this.take(); free !== 0; free = this.take()) {
      this.#makeReady(free);
      if (++ready === batch) return;
    }
    this.#evict(batch - ready, evict, (element) => this.#makeReady(element));
  }

  #makeReady(element: number): void {
    const { at } = this.place;
    this.store(element, this.load(at + READY));
    this.store(at + READY, element);
  }

  /** Evicts up to `count` elements that were not used lately, one at least, used or not. */
  #evict(count: number, evict: (element: number) => void, keep: (element: number) => void): void {
    const { at } = this.place;
    let evicted = 0;
    for (let scanned = 0; scanned < SCAN_LIMIT && evicted < count; scanned++) {
      const last = this.load(at + TAIL);
      if (last === 0) break;
      this.#remove(last);
      if (this.load(last + USED) !== 0) {
        this.#addFirst(last);
      } else {
        evict(last);
        keep(last);
        evicted++;
      }
    }
    const last = this.load(at + TAIL);
    if (evicted > 0 || last === 0) return;
    this.#remove(last);
    evict(last);
    keep(last);
  }

  #addFirst(element: number): void {
    const { at } = this.place;
    const first = this.load(at + HEAD);
    this.store(element + PREVIOUS, 0);
    this.store(element + NEXT, first);
    this.store(element + USED, 0);
    if (first === 0) this.store(at + TAIL, element);
    else this.store(first + PREVIOUS, element);
    this.store(at + HEAD, element);
  }

  #remove(element: number): void {
    const { at } = this.place;
    const previous = this.load(element + PREVIOUS);
    const next = this.load(element + NEXT);
    if (previous === 0) this.store(at + HEAD, next);
    else this.store(previous + NEXT, next);
    if (next === 0) this.store(at + TAIL, previous);
    else this.store(next + PREVIOUS, previous);
  }
}
