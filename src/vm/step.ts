import type { Execution } from './helper-table.ts';

/** A run at an instruction that it is about to carry out. Everything is the run's own and changes as it goes on. */
export interface Step extends Execution {
  readonly insn: number;
  /** R0 to R10, and the translator's R11. */
  readonly registers: BigUint64Array;
  /** The frames that wait for this one to return, outermost first; those of a program before a tail call count too. */
  readonly callers: readonly {
    /** The instruction that the frame goes on with; -1 where it waits in a helper that called back. */
    readonly next: number;
    readonly r10: bigint;
  }[];
}

/** Looks on at a run, step by step. */
export type StepObserver = (step: Step) => void;
