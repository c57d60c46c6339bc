import type { Region } from './memory.ts';
import type { ExecutableProgram, SourceLine } from './program.ts';

/** What went wrong. On Linux a verified program never faults: a fault is a bug of the program or of its verifier. */
export type FaultKind =
  | 'null-pointer'
  | 'bad-address'
  | 'out-of-bounds'
  | 'not-readable'
  | 'not-writable'
  | 'bad-instruction'
  | 'bad-jump'
  | 'bad-call'
  | 'call-depth'
  | 'unknown-helper'
  | 'unknown-kfunc'
  | 'budget';

/** The access that a fault is about. */
export interface FaultAccess {
  readonly use: 'read' | 'write' | 'read and write';
  readonly address: bigint;
  /** Bytes. */
  readonly size: number;
  /** The region that the address lies in, or else the nearest within 64 KiB. */
  readonly region?: Region;
  /** Bytes by which the access leaves what a program may use of the region: behind it (positive) or before it. */
  readonly outside?: number;
}

/** Why an instruction cannot be carried out. */
export interface FaultCause {
  readonly kind: FaultKind;
  /** What went wrong, in one sentence without a full stop. */
  readonly reason: string;
  readonly access?: FaultAccess;
}

/** The stop of a run, as a value. */
export interface Fault extends FaultCause {
  readonly program: ExecutableProgram;
  readonly insn: number;
  /** The instruction's text. */
  readonly text: string;
  /** First instruction and name, where known, of the subprogram that the instruction is in. */
  readonly subprogram: { readonly insn: number; readonly name?: string };
  readonly line?: SourceLine;
  /** R0 to R10 before the instruction. */
  readonly registers: readonly bigint[];
  /** Call depth: 0 in the function that the run began in. */
  readonly frame: number;
}
