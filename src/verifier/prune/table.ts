import type { ExploredState } from './explored.ts';

/** States that were explored, by instruction, newest first. */
export class PruneTable {
  readonly #at = new Map<number, ExploredState[]>();
  /** States made in all, alive now, and at most at once. */
  total = 0;
  alive = 0;
  peak = 0;
  /** States at one instruction at most. */
  most = 0;

  at(insn: number): ExploredState[] {
    let list = this.#at.get(insn);
    if (!list) this.#at.set(insn, (list = []));
    return list;
  }

  add(state: ExploredState): void {
    this.at(state.insn).unshift(state);
    this.total++;
    this.alive++;
    this.peak = Math.max(this.peak, this.alive);
  }

  /** Another function begins: none of the states stands for any of its. */
  clear(): void {
    this.#at.clear();
    this.alive = 0;
  }
}
