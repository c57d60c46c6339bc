import type { HelperTable } from './helper-table.ts';

/** Times that a frame may pass its `may_goto`s at all: BPF_MAX_LOOPS. */
const MAX_LOOPS = 8 * 1024 * 1024;
/** Passes between two looks at the clock. */
const ROUND = 0xffff;
/** Nanoseconds that a frame may spend in loops with `may_goto`. */
const MAX_TIME = 250_000_000n;

/**
 * The allowance of one frame for its `may_goto` loops: a time on the clock, as newer kernels have it, and a number of
 * passes, as older ones do, so that a clock that stands still ends a loop too.
 */
export class MayGoto {
  readonly #helpers: HelperTable;
  readonly #begin: bigint;
  #granted = 0;
  #left = 0;

  constructor(helpers: HelperTable) {
    this.#helpers = helpers;
    this.#begin = helpers.now();
  }

  /** Whether the loop may go round once more. */
  again(): boolean {
    if (this.#left === 0) this.#left = this.grant();
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  /** How often the loop may go round before this is asked again; 0 when its time is over. */
  grant(): number {
    if (this.#granted > 0 && this.#helpers.now() - this.#begin >= MAX_TIME) return 0;
    const passes = Math.min(ROUND, MAX_LOOPS - this.#granted);
    this.#granted += passes;
    return passes;
  }
}
