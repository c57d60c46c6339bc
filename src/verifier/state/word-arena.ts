/** Words of one chunk. */
const CHUNK = 1 << 16;

/**
 * Gives out words for states that are saved: many share one array, which goes when none of them is kept. An array of its own
 * for each would cost more than to fill it.
 */
export class WordArena {
  #chunk = new Int32Array(0);
  #used = 0;

  /** @returns the array in which `length` words from `at` are the caller's; what they hold is not defined */
  take(length: number): { readonly words: Int32Array; readonly at: number } {
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Int32Array(Math.max(CHUNK, length));
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    return { words: this.#chunk, at };
  }
}
