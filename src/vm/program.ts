import type { Insns } from '../isa/index.ts';

/** Where an instruction comes from, for faults and traces. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Where an arena is: the low half of a pointer counts from that of `userStart`, the bytes lie at `kernelStart`. */
export interface ArenaPlace {
  readonly userStart: bigint;
  readonly kernelStart: bigint;
  /** Bytes. */
  readonly size: number;
}

/**
 * A program in the form that both engines run: translated (fix-up done), its subprograms one after the other, map and
 * data references resolved to addresses (whatever their source register says), so that nothing in it needs to be looked
 * up. Three things stay as in the loaded form: calls of subprograms and `ldimm64` with BPF_PSEUDO_FUNC are relative to
 * the next slot, helper calls name BPF_FUNC_*, kfunc calls a BTF id. Does not change once it has run.
 */
export interface ExecutableProgram {
  readonly name: string;
  readonly insns: Insns;
  /** First instruction of each subprogram, ascending; the first is 0. */
  readonly subprograms: readonly number[];
  /** Address of instruction 0; instruction `i` has `textBase + 8 * i`: function pointers and callbacks. */
  readonly textBase: bigint;
  /** The whole verifier took it: only such a program is compiled. */
  readonly verified?: boolean;
  /** Names of the subprograms, where known. */
  readonly names?: readonly string[];
  /** First instruction of the subprogram that `bpf_throw` ends in; without one the program returns the cookie. */
  readonly exceptionCallback?: number;
  /** The arena that the program uses. */
  readonly arena?: ArenaPlace;
  lineOf?(insn: number): SourceLine | undefined;
}
