import type { Insns } from '../isa/index.ts';

/** Where an instruction comes from, for faults and traces. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/**
 * A program in the form that both engines run: translated (fix-up done), its subprograms one after the other, map and
 * data references resolved to addresses, so that nothing in it needs to be looked up.
 */
export interface ExecutableProgram {
  readonly name: string;
  readonly insns: Insns;
  /** First instruction of each subprogram, ascending; the first is 0. */
  readonly subprograms: readonly number[];
  /** Address of instruction 0; instruction `i` has `textBase + 8 * i`: function pointers and callbacks. */
  readonly textBase: bigint;
  /** Names of the subprograms, where known. */
  readonly names?: readonly string[];
  lineOf?(insn: number): SourceLine | undefined;
}
