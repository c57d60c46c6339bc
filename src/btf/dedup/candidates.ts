import type { BtfId } from '../model.ts';

/**
 * In which order the candidates of one signature are tried. Where a type equals more than one of them, as happens with
 * forward declarations, the order decides which one it becomes; so it is libbpf's: the newest first, and turned round
 * each time its hash table grows.
 *
 * @see tools/lib/bpf/hashmap.c (v6.12)
 */
export class CandidateOrder {
  #size = 0;
  #capacity = 4;
  #lowest = 0;
  #highest = 0;
  #reversed = false;
  /** Place of each candidate, by id. */
  readonly #places: Int32Array;

  constructor(typeCount: number) {
    this.#places = new Int32Array(typeCount);
  }

  get reversed(): boolean {
    return this.#reversed;
  }

  /** Puts a new candidate before all others. */
  add(id: BtfId): void {
    if (Math.floor(((this.#size + 1) * 4) / 3) > this.#capacity) {
      this.#capacity *= 2;
      this.#reversed = !this.#reversed;
    }
    this.#size++;
    this.#places[id] = this.#reversed ? ++this.#highest : --this.#lowest;
  }

  isBefore(a: BtfId, b: BtfId): boolean {
    return this.#reversed ? this.#places[a] > this.#places[b] : this.#places[a] < this.#places[b];
  }
}

/**
 * Candidates by a hash of their signature, each hash's in `CandidateOrder`. Flat: a doubly linked list by id for each
 * hash, and an open hash table of the lists' ends. A type is in it at most once.
 */
export class Candidates {
  readonly #order: CandidateOrder;
  readonly #lower: Uint32Array;
  readonly #upper: Uint32Array;
  readonly #hashes: Uint32Array;
  /** The list's two ends by slot; 0 is a free slot. */
  readonly #lowest: Uint32Array;
  readonly #highest: Uint32Array;

  constructor(order: CandidateOrder, typeCount: number) {
    this.#order = order;
    this.#lower = new Uint32Array(typeCount);
    this.#upper = new Uint32Array(typeCount);
    const slots = 1 << Math.max(4, 33 - Math.clz32(typeCount));
    this.#hashes = new Uint32Array(slots);
    this.#lowest = new Uint32Array(slots);
    this.#highest = new Uint32Array(slots);
  }

  #slot(hash: number): number {
    const mask = this.#hashes.length - 1;
    let slot = hash & mask;
    while (this.#lowest[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  /** The first candidate of that hash; 0 where there is none. */
  first(hash: number): BtfId {
    const slot = this.#slot(hash);
    return this.#order.reversed ? this.#highest[slot] : this.#lowest[slot];
  }

  /** The one after it; 0 after the last. */
  next(id: BtfId): BtfId {
    return this.#order.reversed ? this.#lower[id] : this.#upper[id];
  }

  /** Makes it the first; its place in the order is settled before. */
  add(hash: number, id: BtfId): void {
    const slot = this.#slot(hash);
    this.#hashes[slot] = hash;
    if (this.#lowest[slot] === 0) {
      this.#lowest[slot] = id;
      this.#highest[slot] = id;
    } else if (this.#order.reversed) {
      const last = this.#highest[slot];
      this.#upper[last] = id;
      this.#lower[id] = last;
      this.#highest[slot] = id;
    } else {
      const last = this.#lowest[slot];
      this.#lower[last] = id;
      this.#upper[id] = last;
      this.#lowest[slot] = id;
    }
  }
}
