import type { FunctionSpec } from '../object/index.ts';

/** What was asked: the kinds of references that an instruction can hold. */
export type RelocationKind = 'map' | 'data' | 'kconfig' | 'ksym' | 'kfunc' | 'call' | 'subprog_addr' | 'core';

/**
 * What came of it. `resolved`: patched; `zero`: a weak symbol is not there and reads as 0; `poisoned`: the verifier will
 * refuse the instruction if it can be reached; `failed`: the object cannot be loaded on this target.
 */
export type RelocationOutcome = 'resolved' | 'zero' | 'poisoned' | 'failed';

/** One relocation and what came of it. */
export interface RelocationReport {
  readonly kind: RelocationKind;
  readonly outcome: RelocationOutcome;
  /** The function that holds the instruction; undefined for an extern that no instruction refers to. */
  readonly function: FunctionSpec | undefined;
  /** Slot in that function as compiled. */
  readonly insn: number | undefined;
  /** The map, symbol or field that was asked for. */
  readonly subject: string;
  /** What it became, or why it did not: one line for a person. */
  readonly detail: string;
  /** Code of the error, where it failed. */
  readonly code?: string;
}
