import type { Btf } from '../../btf/index.ts';

/** A BTF object: the kernel's own (id 1) or one that a process loaded. */
export interface BpfBtf {
  readonly id: number;
  /** `vmlinux`, or empty. */
  readonly name: string;
  readonly kernelBtf: boolean;
  /** The raw blob. Not a copy. */
  bytes(): Uint8Array;
  /** The types, parsed when first asked for. */
  types(): Btf;
}
