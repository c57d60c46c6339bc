import type { Insns } from '../../isa/index.ts';
import type { ExecutableProgram } from '../../vm/index.ts';

/** What is known of a loaded program without its instructions; plain data, as it is saved. */
export interface ProgHeader {
  readonly id: number;
  /** BPF_PROG_TYPE_* */
  readonly type: number;
  /** BPF_* attach type; 0 where the type has none. */
  readonly expectedAttachType: number;
  readonly name: string;
  /** 16 hex digits. */
  readonly tag: string;
  /** BPF_F_* of the load. */
  readonly flags: number;
  readonly gplCompatible: boolean;
  /** CLOCK_BOOTTIME nanoseconds. */
  readonly loadTime: bigint;
  readonly uid: number;
  readonly ifindex: number;
  /** In order of their first use in the program, then those bound to it; the program holds them. */
  readonly mapIds: number[];
  /** The program's own BTF, which it holds; 0: none. */
  readonly btfId: number;
  /** The type that it attaches to (a function, tracepoint typedef or struct of ops), and the BTF object of that id. */
  readonly attachBtfId: number;
  readonly attachBtfObjId: number;
  /** The program that it extends or traces, which it holds; 0: none. */
  readonly attachProgId: number;
  readonly verifiedInsns: number;
  /** The whole verifier took it, not only its structure was checked. */
  readonly verified?: boolean;
  readonly funcInfoRecSize: number;
  readonly lineInfoRecSize: number;
  /** Address of the first translated instruction. */
  readonly textBase: bigint;
  /** First translated instruction of each subprogram. */
  readonly subprograms: readonly number[];
  /** Translated instructions. */
  readonly length: number;
}

/** The big parts of a program, read from the store when first used. */
export interface ProgCode {
  /** The translated form: what runs, and what is dumped. */
  readonly insns: Insns;
  /** `bpf_func_info` and `bpf_line_info` records for the translated instructions. */
  readonly funcInfo: Uint8Array;
  readonly lineInfo: Uint8Array;
}

/** A loaded program. */
export interface BpfProg {
  readonly header: ProgHeader;
  /** The parts that are not in the header. */
  code(): ProgCode;
  /** The form that engines run; one object for the life of the program. Its maps are restored with it. */
  executable(): ExecutableProgram;
  /** Statistics, where they are on (BPF_ENABLE_STATS). */
  runCnt: bigint;
  runTimeNs: bigint;
  recursionMisses: bigint;
}
