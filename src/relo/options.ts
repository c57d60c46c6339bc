import type { Btf } from '../btf/index.ts';
import type { BpfObject, MapSpec } from '../object/index.ts';
import type { RelocatedProgram, RelocatedStructOps } from './program.ts';
import type { RelocationReport } from './report.ts';

/** What an object is relocated against: a kernel, as far as a loader can see it. */
export interface RelocateOptions {
  /** The kernel's BTF: ksyms, kfuncs, attach targets, struct_ops and, without `coreTarget`, CO-RE. */
  readonly target: Btf | undefined;
  /** BTF for CO-RE alone (`btf_custom_path`); modules are then not searched. */
  readonly coreTarget?: Btf;
  /** Split BTF of loaded modules, each on `target`; asked for only when something is not in `target`. */
  readonly modules?: () => readonly { readonly name: string; readonly btf: Btf }[];
  /** Kconfig lines that come before the kernel's own (`CONFIG_X=y`, one a line). */
  readonly kconfig?: string;
  /** The kernel's own configuration, as /proc/config.gz has it; asked for only when an extern needs it. */
  readonly kernelConfig?: () => string | undefined;
  /** `KERNEL_VERSION(a, b, c)`: the value of LINUX_KERNEL_VERSION. */
  readonly kernelVersion?: number;
  /** Whether programs can have a cookie (Linux 5.15) and system calls have wrappers; default yes. */
  readonly hasBpfCookie?: boolean;
  readonly hasSyscallWrapper?: boolean;
  /** Whether uprobes attach through multi links (Linux 6.6), which USDT programs then use; default yes. */
  readonly hasUprobeMulti?: boolean;
  /** Address of a kernel symbol, as /proc/kallsyms has it; two where it has several, undefined where it has none. */
  readonly kallsyms?: (name: string) => bigint | readonly [bigint, bigint] | undefined;
  /** Go on after a failure and report it, instead of throwing the first one. */
  readonly lenient?: boolean;
}

/** An object ready to be loaded. */
export interface RelocatedObject {
  readonly object: BpfObject;
  /** Those with `autoload` on, in the object's order; in lenient mode without those that could not be linked. */
  readonly programs: readonly RelocatedProgram[];
  readonly structOps: readonly RelocatedStructOps[];
  /** The `.kconfig` map and its value on this kernel. */
  readonly kconfig: { readonly map: MapSpec; readonly value: Uint8Array } | undefined;
  /** Modules whose BTF fds go into `fd_array`, from index 1 on. */
  readonly fdArray: readonly string[];
  readonly reports: readonly RelocationReport[];
  /** What was made to fit, one sentence each. */
  readonly warnings: readonly string[];
}
