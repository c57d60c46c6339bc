import type { KernelSwitches } from '../catalog/index.ts';

/** The capabilities of a loader that matter to the check; who has CAP_SYS_ADMIN has the first two. */
export interface Capabilities {
  readonly bpf: boolean;
  readonly perfmon: boolean;
  readonly sysAdmin: boolean;
  readonly sysBoot: boolean;
}

/**
 * What the check lets a program do because of who loads it: all that it knows of capabilities.
 * @see Documentation/userspace-api/ebpf/, capabilities(7), include/linux/bpf.h (v6.18)
 */
export interface Privileges {
  /** Subprograms, kfuncs and loops; numbers are followed onto the stack, and how exactly they have to be known (CAP_BPF). */
  readonly bpfCapable: boolean;
  /** Addresses of the kernel may get out, and be computed with (CAP_PERFMON). */
  readonly allowPtrLeaks: boolean;
  /** What was never written to a stack may be read (CAP_PERFMON). */
  readonly allowUninitStack: boolean;
  /** Nobody looks at what a processor does that guesses a condition wrongly (CAP_PERFMON). */
  readonly bypassSpecV1: boolean;
  /** The same of loads that overtake a store (CAP_PERFMON). */
  readonly bypassSpecV4: boolean;
}

export function privilegesOf({ bpf, perfmon }: Capabilities, { uninit_stack_reads }: KernelSwitches): Privileges {
  return {
    bpfCapable: bpf,
    allowPtrLeaks: perfmon,
    allowUninitStack: perfmon && uninit_stack_reads,
    bypassSpecV1: perfmon,
    bypassSpecV4: perfmon,
  };
}
