import type { Btf } from '../btf/index.ts';
import type { MapSpec, ProgramSpec } from '../object/index.ts';
import type { Fd } from '../syscall/index.ts';
import type { BinaryFiles } from './binaries.ts';

/** How to load an object; everything may be left out. */
export interface LoadOptions {
  /** BTF to relocate against instead of the kernel's (libbpf's `btf_custom_path`). */
  readonly coreTarget?: Btf;
  /** Kconfig lines that come before the kernel's own, `CONFIG_X=y` one a line. */
  readonly kconfig?: string;
  /** Directory that maps with `LIBBPF_PIN_BY_NAME` are pinned under; default `/sys/fs/bpf`. */
  readonly pinRoot?: string;
  /** Maps that exist already and are used instead of new ones. The fds stay the caller's. */
  readonly reuse?: ReadonlyMap<MapSpec, Fd>;
  /** BPF_LOG_*: 1 and 2 verifier states, 4 statistics; default 0, and once more with 1 where a program is refused. */
  readonly logLevel?: number;
  /** Programs that are done, of how many. */
  readonly progress?: (done: number, of: number, program: ProgramSpec) => void;
  /** Executables and libraries of the machine, where uprobes and static probes attach. */
  readonly binaries?: BinaryFiles;
}
