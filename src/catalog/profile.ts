import type { Endian } from '../base/index.ts';

/** The kernel that a machine emulates: chosen when the machine is made. */
export interface KernelProfile {
  /** `major.minor.patch`, e.g. `6.18.0` */
  readonly version: string;
  /** As uname -m says it: `x86_64`, `aarch64`, `s390x`. */
  readonly arch: string;
  readonly endian: Endian;
  /** Bytes, e.g. 4096. */
  readonly pageSize: number;
  /** Possible CPUs. */
  readonly cpus: number;
  /** The kernel's own BTF, raw (header first), in the profile's byte order; fetched when first asked for. */
  btf(): Uint8Array | undefined;
  /**
   * Where it has no BTF to show: types that its objects are laid out by all the same, as a kernel has structures whether it
   * describes them or not. Programs never see them.
   */
  structs?(): Uint8Array | undefined;
  /** CONFIG_* values as in /proc/config.gz: `y`, `m`, a number, a quoted string. */
  readonly config: ReadonlyMap<string, string>;
}
