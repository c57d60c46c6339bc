/** A place in the source. */
export interface SourceLine {
  /** File name as the compiler was told it, with its directories. */
  readonly file: string;
  /** Text of the line, without the blanks before it. */
  readonly text: string;
  /** How many blanks stood before it. */
  readonly indent: number;
  readonly line: number;
  /** From 1; 0: not known. */
  readonly column: number;
}

/** What a register held, by its name (`R1`), as logs say it. */
export interface ReportedFrame {
  /** 0: the program's entry. */
  readonly frame: number;
  readonly registers: Readonly<Record<string, string>>;
  /** The whole frame in one line, with its stack, as the log has it. */
  readonly text: string;
}

/** A step of the path that led to the refusal: where it did not simply go on. */
export interface PathStep {
  readonly from: number;
  readonly to: number;
  readonly source?: SourceLine;
}

/** Both ends inclusive. */
export interface ValueRange {
  readonly min: bigint;
  readonly max: bigint;
}

/** The value that was wrong. */
export interface WrongValue {
  /** The register that held it. */
  readonly register: number;
  /** As the log says it. */
  readonly text: string;
  /** What it may have been; of a pointer: what may have been added to it besides constants. */
  readonly had: { readonly signed: ValueRange; readonly unsigned: ValueRange };
  /** Of a pointer to memory that has a size: the access. */
  readonly access?: WrongAccess;
}

/** An access that leaves its memory; in bytes from the beginning of it. */
export interface WrongAccess {
  readonly size: number;
  /** Bytes of the memory; of a packet: those that a comparison with its end has proven to be there. */
  readonly available: number;
  /** Where the access may begin. */
  readonly begins: ValueRange;
  /** Where it would have to begin; undefined where nothing of that size is there. */
  readonly needed?: ValueRange;
}

/** Why a program was refused, as a value. */
export interface RefusalReport {
  /** Stable, for tools. @see docs/verifier-report.md */
  readonly code: string;
  /** The kernel's words. */
  readonly message: string;
  /** In other words. */
  readonly why: string;
  /** What to write. */
  readonly hint?: string;
  /** The instruction walked last. */
  readonly insn?: number;
  /** Its text. */
  readonly insnText?: string;
  readonly source?: SourceLine;
  /** The frames, the one that runs last. */
  readonly frames: readonly ReportedFrame[];
  /** The newest steps last. */
  readonly path: readonly PathStep[];
  readonly value?: WrongValue;
}
