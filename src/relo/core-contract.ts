import type { Btf, BtfCoreRelo } from '../btf/index.ts';
import type { Insns } from '../isa/index.ts';

/** One CO-RE record and the instruction of the function that it patches. */
export interface CoreRecord {
  /** Slot in `CoreInput.insns`. */
  readonly insn: number;
  readonly relo: BtfCoreRelo;
  /** Position among its section's records, as libbpf's messages count them. */
  readonly index: number;
}

/** The CO-RE records of one function, before it is linked with others. */
export interface CoreInput {
  /** Name of the program or subprogram, for messages. */
  readonly function: string;
  /** The object's BTF. */
  readonly local: Btf;
  /** The kernel's BTF; candidates come from here first. */
  readonly target: Btf;
  /** Split BTF of modules, searched only where the kernel's has no candidate. */
  readonly modules?: readonly Btf[];
  /** The function's own instructions; patched in place. */
  readonly insns: Insns;
  readonly records: readonly CoreRecord[];
}
