import type { ExecutableProgram } from './program.ts';

/** What helpers see of the run that called them. All values are u64 as `bigint`. */
export interface Execution {
  /** The emulated CPU that runs the program. */
  readonly cpu: number;
  /** The program whose instruction calls. */
  readonly program: ExecutableProgram;
  /** Address of the context that the program was entered with. */
  readonly context: bigint;
  /** What the kernel gave this run (its own record of the hook, task, packet); never looked into by the engines. */
  readonly scope: unknown;
  /** Calls a function of the program by its address, as a callback in the running call. @returns R0 of its exit; 1
   * (stop, to those who loop) where the callback faulted or threw, which ends the run once the helper has returned */
  call(address: bigint, ...args: bigint[]): bigint;
  /** Ends the program as `bpf_throw` does, once the helper has returned. */
  throw(cookie: bigint): void;
}

/**
 * A helper or kfunc: R1 to R5 in, R0 out, u64 as `bigint`. Failures are negative values in R0, never exceptions. It
 * declares the parameters that it looks at (`length`), no rest and no defaults: compiled code hands over no others.
 */
export type HelperFunction = (exec: Execution, r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint) => bigint;

/** What the kernel hands to an engine; `kernel/` implements it. */
export interface HelperTable {
  /** The helper of that BPF_FUNC_* number, or undefined. */
  helper(id: number): HelperFunction | undefined;
  /** The kfunc that a call with these fields names: BTF id and index into the program's fd array. */
  kfunc(program: ExecutableProgram, btfId: number, offset: number): HelperFunction | undefined;
  /** bpf_tail_call: the program in that slot, or undefined where the call falls through. */
  tailCallTarget(exec: Execution, map: bigint, index: number): ExecutableProgram | undefined;
  /** Whether the pointer may be read for a load that Linux lets fault (BPF_PROBE_MEM); such a load yields 0 otherwise. */
  probeReadable(address: bigint, size: number): boolean;
  /** BPF_LD_ABS and BPF_LD_IND: bytes of the packet of the run in network order, or undefined past its end. */
  packetLoad(exec: Execution, offset: number, size: 1 | 2 | 4): number | undefined;
  /** The program whose text the address lies in, for callbacks of another program than the running one. */
  programAt?(address: bigint): ExecutableProgram | undefined;
  /** Nanoseconds for the `may_goto` clock. */
  now(): bigint;
}
