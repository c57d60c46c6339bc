import type { ExploredState } from '../prune/explored.ts';
import type { History } from '../prune/history.ts';
import type { Frame, Shared, State } from '../state/state.ts';

/** Where a branch that has yet to be walked goes on, and how it came there. */
export interface Branch {
  readonly insn: number;
  readonly previous: number;
  readonly parent: ExploredState | undefined;
  readonly history: History;
  readonly first: number;
}

interface Waiting {
  readonly branch: Branch;
  frames: readonly Frame[];
  shared: Shared;
  /** First of its words. */
  readonly base: number;
}

const FIRST_SIZE = 1 << 15;

/** Branches that have yet to be walked: what is put aside last is taken first, so that their words lie on one stack. */
export class PendingBranches {
  #words = new Int32Array(FIRST_SIZE);
  #top = 0;
  readonly #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /** Puts a branch aside, with the state as it is now. */
  push(state: State, branch: Branch): void {
    const base = this.#top;
    this.#top = this.#pack(state, base);
    this.#waiting.push({ branch, frames: state.frames, shared: state.shared, base });
  }

  /** Takes the branch that was put aside last: the state becomes what it was then. */
  pop(state: State): Branch | undefined {
    const last = this.#waiting.pop();
    if (!last) return undefined;
    state.frames = last.frames;
    state.shared = last.shared;
    state.unpack(this.#words, last.base);
    this.#top = last.base;
    return last.branch;
  }

  /** The branch that was put aside last gets the state that is now, and the state becomes what it was then. */
  exchange(state: State): void {
    const last = this.#waiting[this.#waiting.length - 1];
    const { base, frames, shared } = last;
    const top = this.#top;
    const end = this.#pack(state, top);
    last.frames = state.frames;
    last.shared = state.shared;
    state.frames = frames;
    state.shared = shared;
    state.unpack(this.#words, base);
    this.#words.copyWithin(base, top, end);
    this.#top = base + end - top;
  }

  #pack(state: State, at: number): number {
    const end = at + state.packedLength;
    if (end > this.#words.length) {
      const words = new Int32Array(2 * end);
      words.set(this.#words);
      this.#words = words;
    }
    state.pack(this.#words, at);
    return end;
  }
}
