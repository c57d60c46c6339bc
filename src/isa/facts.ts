/**
 * What a register holds, as far as running the program needs to know. `unknown`: different things on different paths,
 * or something that was not followed.
 */
export type PointerClass =
  | 'scalar'
  | 'unknown'
  /** The context that the program was entered with, or a place in it. */
  | 'context'
  /** This frame's stack or that of a caller. */
  | 'stack'
  /** A map itself, the first argument of map helpers. */
  | 'map'
  | 'map_value'
  | 'packet'
  | 'packet_meta'
  | 'packet_end'
  /** A kernel object by its BTF type: loads through it never fault, they yield 0 (BPF_PROBE_MEM). */
  | 'btf'
  /** Memory of a helper's or kfunc's making: ring buffer records, dynptr slices. */
  | 'memory'
  /** An arena's, after a cast to the kernel's side: accesses take the low half of the address (BPF_PROBE_MEM32). */
  | 'arena'
  /** `struct bpf_sock`, whose accesses are translated as a context's are. */
  | 'socket'
  /** `struct bpf_tcp_sock`, the same. */
  | 'tcp_sock'
  /** `struct bpf_xdp_sock`, the same. */
  | 'xdp_sock'
  | 'function';

/** What is known of one instruction. */
export interface InsnFacts {
  /** Loads, stores, atomics: what the address register holds. */
  readonly base?: PointerClass;
  /**
   * With `base` context, socket, tcp_sock or xdp_sock: bytes from its start to the access, the instruction's own offset included.
   * Undefined where it is not always the same.
   */
  readonly contextOffset?: number;
  /**
   * Index into `ProgramFacts.maps`. Loads, stores, atomics: the map whose value is accessed; calls: the map in R1 (in R2
   * for `bpf_tail_call`); `ldimm64`: the map that it names, also where no path comes. Undefined where it is none or not always
   * the same.
   */
  readonly map?: number;
}

/**
 * What a check found out about a program, by instruction index. `kernel/fixup` rewrites by it, the JIT leaves checks out
 * by it.
 */
export interface ProgramFacts<M = unknown> {
  /** First instruction of each subprogram, ascending; the first is 0. */
  readonly subprograms: readonly number[];
  /** Bytes of stack that each subprogram uses itself, a multiple of 8. */
  readonly stackDepths: readonly number[];
  /** The maps that the program names, in order of their first mention, as the check's caller described them. */
  readonly maps: readonly M[];
  /** By instruction: 1 where some path reaches it, 0 where none does. */
  readonly reached: Uint8Array;
  /** By instruction; undefined where nothing is known or nothing is of interest. */
  readonly insns: readonly (InsnFacts | undefined)[];
}
