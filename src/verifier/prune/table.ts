import type { Frame } from '../state/state.ts';
import type { ExploredState } from './explored.ts';

/**
 * States that were explored. They lie in as many lists as the program has instructions: the instruction and the call that
 * entered its frame say in which, as in Linux, so that the same states are looked at, and given up, in the same order.
 */
export class PruneTable {
  readonly #lists: (ExploredState[] | undefined)[];
  readonly #length: number;
  /** States made in all, alive now, and at most at once. */
  total = 0;
  alive = 0;
  peak = 0;
  /** States looked at for one instruction at most. */
  most = 0;

  /** @param length instructions of the program */
  constructor(length: number) {
    this.#length = length;
    this.#lists = new Array(length).fill(undefined);
  }

  /** The states that one at the instruction, in such a frame, is compared with: the newest last. */
  at(insn: number, { callSite }: Frame): ExploredState[] {
    const index = ((insn ^ callSite) >>> 0) % this.#length;
    let list = this.#lists[index];
    if (!list) this.#lists[index] = list = [];
    return list;
  }

  add(list: ExploredState[], state: ExploredState): void {
    list.push(state);
    this.total++;
    this.keep();
  }

  /** One more state is kept, in a list or for a loop. */
  keep(): void {
    this.alive++;
    this.peak = Math.max(this.peak, this.alive);
  }

  /** A state of a list is not compared with any more; it is kept while paths from it are walked. */
  remove(list: ExploredState[], index: number): void {
    const [state] = list.splice(index, 1);
    state.removed = true;
    if (state.branches === 0) this.alive--;
  }

  /** All paths from the state were walked. */
  finish({ removed }: ExploredState): void {
    if (removed) this.alive--;
  }

  /** Another function begins: none of the states stands for any of its. */
  clear(): void {
    this.#lists.fill(undefined);
  }
}
