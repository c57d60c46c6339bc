import type { RefusalReport } from '../isa/index.ts';
import type { Errno, Fd } from './errno.ts';

/** The log that BPF_PROG_LOAD, BPF_BTF_LOAD and BPF_LINK_CREATE write; the call fills in `text`. */
export interface LogBuffer {
  /** BPF_LOG_*: 0 none, 1 and 2 verifier states, 4 statistics. */
  readonly level: number;
  text: string;
  /** Why a program was refused, where the kernel says it as a value too; Linux does not. */
  report?: RefusalReport;
}

/** `struct bpf_attr` of BPF_PROG_LOAD. */
export interface ProgLoadAttr {
  readonly progType: number;
  /** Instruction bytes, 8 a slot, in the machine's byte order; map references hold fds. */
  readonly insns: Uint8Array;
  readonly license: string;
  readonly kernVersion?: number;
  readonly progFlags?: number;
  readonly progName?: string;
  readonly progIfindex?: number;
  readonly expectedAttachType?: number;
  readonly progBtfFd?: Fd;
  /** `struct bpf_func_info` records of `funcInfoRecSize` bytes. */
  readonly funcInfo?: Uint8Array;
  readonly funcInfoRecSize?: number;
  readonly lineInfo?: Uint8Array;
  readonly lineInfoRecSize?: number;
  readonly attachBtfId?: number;
  readonly attachBtfObjFd?: Fd;
  readonly attachProgFd?: Fd;
  readonly fdArray?: readonly Fd[];
  readonly log?: LogBuffer;
}

/** `struct bpf_prog_info`. Instruction bytes and records are copies, made when they are asked for. */
export interface ProgInfo {
  readonly kind: 'prog';
  readonly type: number;
  readonly id: number;
  /** 16 hex digits. */
  readonly tag: string;
  readonly name: string;
  readonly gplCompatible: boolean;
  /** Nanoseconds of the boot clock. */
  readonly loadTime: bigint;
  readonly createdByUid: number;
  readonly mapIds: readonly number[];
  readonly ifindex: number;
  readonly btfId: number;
  readonly jitedLen: number;
  /** Bytes of `xlated`. */
  readonly xlatedLen: number;
  readonly xlated: Uint8Array;
  readonly runTimeNs: bigint;
  readonly runCnt: bigint;
  readonly recursionMisses: bigint;
  readonly verifiedInsns: number;
  readonly attachBtfObjId: number;
  readonly attachBtfId: number;
  readonly funcInfo: Uint8Array;
  readonly funcInfoRecSize: number;
  readonly lineInfo: Uint8Array;
  readonly lineInfoRecSize: number;
  /** From fdinfo: bytes of memory. */
  readonly memlock: number;
  /** Address of each subprogram, for calls and function pointers in `xlated`. */
  readonly funcAddresses: readonly bigint[];
}

/** `struct bpf_attr` of BPF_PROG_TEST_RUN. */
export interface ProgTestRunAttr {
  readonly dataIn?: Uint8Array;
  /** Room for the packet that comes out; 0 or undefined: none asked. */
  readonly dataSizeOut?: number;
  readonly ctxIn?: Uint8Array;
  readonly ctxSizeOut?: number;
  /** 0 counts as 1. */
  readonly repeat?: number;
  /** BPF_F_TEST_RUN_ON_CPU, BPF_F_TEST_XDP_LIVE_FRAMES, BPF_F_TEST_SKB_CHECKSUM_COMPLETE. */
  readonly flags?: number;
  readonly cpu?: number;
  readonly batchSize?: number;
}

/** What BPF_PROG_TEST_RUN writes back. */
export interface ProgTestRunResult {
  /** Unsigned 32 bits. */
  readonly retval: number;
  /** Nanoseconds a run, the mean over `repeat`. */
  readonly duration: number;
  readonly dataOut?: Uint8Array;
  /** The size that came out, also where the room was too small (`errno` is then -ENOSPC). */
  readonly dataSizeOut: number;
  readonly ctxOut?: Uint8Array;
  readonly ctxSizeOut: number;
  /** 0, or -ENOSPC with the fields above filled in as far as there was room. */
  readonly errno: Errno | 0;
}

/** `struct bpf_attr` of BPF_PROG_ATTACH and BPF_PROG_DETACH. */
export interface ProgAttachAttr {
  /** A cgroup, map or network namespace fd, or an ifindex, as the attach type says. */
  readonly target: number;
  readonly progFd?: Fd;
  readonly attachType: number;
  readonly attachFlags?: number;
  readonly replaceProgFd?: Fd;
}

/** The program commands of bpf(2). */
export interface ProgCommands {
  progLoad(attr: ProgLoadAttr): Fd | Errno;
  progTestRun(fd: Fd, attr: ProgTestRunAttr): ProgTestRunResult | Errno;
  progAttach(attr: ProgAttachAttr): Errno | 0;
  progDetach(attr: ProgAttachAttr): Errno | 0;
  progBindMap(progFd: Fd, mapFd: Fd): Errno | 0;
}
