import type { FlowOrder } from './successors.ts';

/*
 * Words of one instruction, each a set of slots in two words: those that it may read, those that it writes whole on every
 * path, those that are read at it or after it before they are written, and those that are written at it or after it on
 * every path before the subprogram ends.
 */
const READ = 0;
const WRITTEN = 2;
const LIVE = 4;
const SURE = 6;
const WORDS = 8;

/** What the instructions of a subprogram do to one frame's stack, and what is live of it at each. Instructions are places. */
export class SlotFlow {
  readonly #order: FlowOrder;
  readonly #words: Int32Array;
  /** Instructions to look at again, a bit each. */
  readonly #dirty: Int32Array;

  constructor(order: FlowOrder) {
    const count = order.next.length;
    this.#order = order;
    this.#words = new Int32Array(count * WORDS);
    this.#dirty = new Int32Array((count + 31) >> 5);
  }

  /** Slots are read. @returns whether some are live that were not */
  read(at: number, low: number, high: number): boolean {
    const words = this.#words;
    const i = at * WORDS + READ;
    if ((low & ~words[i]) === 0 && (high & ~words[i + 1]) === 0) return false;
    words[i] |= low;
    words[i + 1] |= high;
    const live = at * WORDS + LIVE;
    if ((low & ~words[live]) === 0 && (high & ~words[live + 1]) === 0) return false;
    this.#mark(at);
    return true;
  }

  /** These slots are written, or on every path no others. @returns whether that is news, and whether slots are not any more */
  write(at: number, slots: { low: number; high: number; again: boolean }): 'same' | 'changed' | 'dropped' {
    const words = this.#words;
    const i = at * WORDS + WRITTEN;
    const low = slots.again ? words[i] & slots.low : slots.low;
    const high = slots.again ? words[i + 1] & slots.high : slots.high;
    if (words[i] === low && words[i + 1] === high) return 'same';
    const dropped = (words[i] & ~low) !== 0 || (words[i + 1] & ~high) !== 0;
    words[i] = low;
    words[i + 1] = high;
    this.#mark(at);
    return dropped ? 'dropped' : 'changed';
  }

  isLive(at: number, slot: number): boolean {
    return (this.#words[at * WORDS + LIVE + (slot >> 5)] & (1 << (slot & 31))) !== 0;
  }

  /** A word of slots that are live (0 and 1), or that are sure to be written (2 and 3). */
  flowing(at: number, word: number): number {
    return this.#words[at * WORDS + LIVE + word];
  }

  /** What is sure to be written has to be found out anew. */
  forgetSure(): void {
    const words = this.#words;
    for (let i = SURE; i < words.length; i += WORDS) words[i] = words[i + 1] = 0;
    this.#dirty.fill(-1);
  }

  /**
   * Once over the instructions that have to be looked at.
   * @param tell is told what became different, with the words before: live, and sure to be written
   * @returns whether something became different
   */
  pass(tell?: (at: number, before: Int32Array) => void): boolean {
    const dirty = this.#dirty;
    let changed = false;
    for (let word = 0; word < dirty.length; word++) {
      // Those before in the order wait for the next pass.
      let passed = 0;
      for (;;) {
        const bits = dirty[word] & ~passed;
        if (bits === 0) break;
        const bit = 31 - Math.clz32(bits & -bits);
        passed |= (2 << bit) - 1;
        dirty[word] &= ~(1 << bit);
        const at = 32 * word + bit;
        const before = tell && this.#words.slice(at * WORDS + LIVE, at * WORDS + WORDS);
        if (!this.#flow(at)) continue;
        changed = true;
        if (before) tell(at, before);
      }
    }
    return changed;
  }

  /** Whether the instruction is known to read, or to write, a slot itself. */
  isTouched(at: number): boolean {
    const words = this.#words;
    const i = at * WORDS;
    return (words[i] | words[i + 1] | words[i + WRITTEN] | words[i + WRITTEN + 1]) !== 0;
  }

  #flow(at: number): boolean {
    const { next, jump, goesOn, from, before } = this.#order;
    if (at >= goesOn.length || goesOn[at] === 0) return false;
    const words = this.#words;
    const [a, b, i] = [next[at] * WORDS, jump[at] * WORDS, at * WORDS];
    let changed = false;
    for (let half = 0; half < 2; half++) {
      const written = words[i + WRITTEN + half];
      const live = ((words[a + LIVE + half] | words[b + LIVE + half]) & ~written) | words[i + READ + half];
      const sure = (words[a + SURE + half] & words[b + SURE + half]) | written;
      if (live === words[i + LIVE + half] && sure === words[i + SURE + half]) continue;
      words[i + LIVE + half] = live;
      words[i + SURE + half] = sure;
      changed = true;
    }
    if (changed) for (let k = from[at]; k < from[at + 1]; k++) this.#mark(before[k]);
    return changed;
  }

  #mark(at: number): void {
    this.#dirty[at >> 5] |= 1 << (at & 31);
  }
}
