import type { WalkObserver } from '../../../src/verifier/index.ts';
import { REGS_WORDS, regRow } from '../../../src/verifier/state/frame.ts';
import type { Frame, State } from '../../../src/verifier/state/state.ts';

/** What a walk believed before one instruction, on one of its paths. */
export interface Belief {
  readonly frames: readonly Frame[];
  /** Rows of the running frame's registers. */
  readonly rows: Int32Array;
  /** Registers that are still read, a bit each. */
  readonly live: number;
}

/** Of the states of a walk, as many are kept. */
const MOST = 3_000;
/** Instructions after which a walk is not waited for any more. */
const TOO_LONG = 60_000;
/** Thrown to end a walk that has too much to tell. */
export const TOO_MUCH = Symbol('too much');

/** Keeps all that a walk believed, by instruction. */
export class RecordedWalk implements WalkObserver {
  readonly exact: boolean;
  readonly #at = new Map<number, Belief[]>();
  #count = 0;

  constructor(exact: boolean) {
    this.exact = exact;
  }

  /** Whether there was more than can be kept. */
  get isFull(): boolean {
    return this.#count > MOST;
  }

  visit(insn: number, state: State, live: number): void {
    if (++this.#count > MOST) {
      if (this.exact || this.#count > TOO_LONG) throw TOO_MUCH;
      return;
    }
    const row = regRow(state.current, 0);
    const belief = { frames: state.frames.slice(), rows: state.w.slice(row, row + REGS_WORDS), live };
    const list = this.#at.get(insn);
    if (list) list.push(belief);
    else this.#at.set(insn, [belief]);
  }

  at(insn: number): readonly Belief[] {
    return this.#at.get(insn) ?? [];
  }
}
