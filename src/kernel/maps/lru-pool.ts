import { ElementPool } from './element-pool.ts';

/** How many recently used elements an eviction passes over before it takes what comes. */
const SCAN_LIMIT = 128;

/** Bytes at the head of an element of an LRU table; its key follows. */
export const LRU_ELEMENT_HEADER = 24;
/** Bytes from one pool's own fields to the next. */
export const LRU_POOL_SIZE = 32;

const PREVIOUS = 8;
const NEXT = 12;
const USED = 16;
const HEAD = 8;
const TAIL = 12;
const LENGTH = 16;

/**
 * A pool that never runs out: when `limit` elements are in use, one that was not used lately gives way. In an element:
 *
 * | at | what                                              |
 * |----|---------------------------------------------------|
 * | 8  | u32 place of the element used more lately, or 0    |
 * | 12 | u32 place of the element used less lately, or 0    |
 * | 16 | u32 1 where it was looked up since it was last passed over |
 *
 * New elements come to the front. An eviction begins at the back; what was used since goes to the front once more.
 *
 * DEVIATION: Linux keeps an active and an inactive list and evicts in batches, so its maps may hold fewer elements than
 * `max_entries` after they were full, and other ones.
 */
export class LruPool extends ElementPool {
  readonly #limit: number;

  constructor(pool: ElementPool, limit: number) {
    super(pool.memory, pool.place);
    this.#limit = limit;
  }

  /**
   * A new element at the front of the list.
   * @param evict takes an element out of its chain: it is about to be reused
   * @param replaced the element of this pool, if any, that the caller gives back next: no other need go for it
   */
  takeOrEvict(evict: (element: number) => void, replaced: number): number {
    if (!this.owns(replaced) && this.load(this.place.at + LENGTH) >= this.#limit) {
      const victim = this.#victim();
      evict(victim);
      this.#remove(victim);
      super.giveBack(victim);
    }
    const element = this.take();
    this.#addFirst(element);
    return element;
  }

  override giveBack(element: number): void {
    this.#remove(element);
    super.giveBack(element);
  }

  markUsed(element: number): void {
    this.store(element + USED, 1);
  }

  #victim(): number {
    for (let scanned = 0; ; scanned++) {
      const last = this.load(this.place.at + TAIL);
      if (scanned === SCAN_LIMIT || this.load(last + USED) === 0) return last;
      this.#remove(last);
      this.#addFirst(last);
    }
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
    this.store(at + LENGTH, this.load(at + LENGTH) + 1);
  }

  #remove(element: number): void {
    const { at } = this.place;
    const previous = this.load(element + PREVIOUS);
    const next = this.load(element + NEXT);
    if (previous === 0) this.store(at + HEAD, next);
    else this.store(previous + NEXT, next);
    if (next === 0) this.store(at + TAIL, previous);
    else this.store(next + PREVIOUS, previous);
    this.store(at + LENGTH, this.load(at + LENGTH) - 1);
  }
}
