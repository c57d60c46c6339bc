import type { SecDef } from '../catalog/index.ts';
import type { Insns } from '../isa/index.ts';
import type { ExternSpec } from './extern-spec.ts';
import type { MapSpec } from './map-spec.ts';

/** What an instruction of a function refers to; `insn` counts slots from the function's first. */
export type RelocationSpec =
  /** `ldimm64` of a map's address. */
  | { readonly kind: 'map'; readonly insn: number; readonly symbol: string; readonly map: MapSpec }
  /** `ldimm64` of an address inside a data section's value: `offset` bytes and the instruction's own immediate. */
  | {
      readonly kind: 'data';
      readonly insn: number;
      readonly symbol: string;
      readonly map: MapSpec;
      readonly offset: number;
    }
  /** `ldimm64` of a kconfig value's address, a kernel variable or a kfunc. */
  | { readonly kind: 'extern_ld64'; readonly insn: number; readonly symbol: string; readonly extern: ExternSpec }
  /** Call of a kfunc. */
  | { readonly kind: 'extern_call'; readonly insn: number; readonly symbol: string; readonly extern: ExternSpec }
  /** Call of a subprogram, or its address: bytes into `.text`, to which the instruction's immediate is added. */
  | {
      readonly kind: 'call' | 'subprog_addr';
      readonly insn: number;
      readonly symbol: string;
      readonly offset: number;
    };

/** A function of an object: an entry program or a subprogram of `.text`. */
export interface FunctionSpec {
  readonly name: string;
  readonly sectionIndex: number;
  /** Slots from the start of its section. */
  readonly sectionOffset: number;
  /** Instructions as compiled; nothing is relocated. */
  readonly insns: Insns;
  /** The symbol is global or weak. */
  readonly global: boolean;
  /** Global but of hidden visibility: verified as if it were static. */
  readonly hidden: boolean;
  /** By instruction, ascending. */
  readonly relocations: readonly RelocationSpec[];
}

/** An entry program: an editable value until it is loaded. */
export interface ProgramSpec extends FunctionSpec {
  /** Position among all functions of the object, as libbpf counts them. */
  readonly index: number;
  /** The section's name without a leading `?`. */
  readonly section: string;
  /** The row of the `SEC()` table; undefined where libbpf knows no type for that section. */
  readonly sec: SecDef | undefined;
  /** `BPF_PROG_TYPE_*`; 0 where the section's name does not tell. */
  progType: number;
  expectedAttachType: number;
  /** What follows the first `/` of the section's name. */
  attachTarget: string | undefined;
  /** `BPF_F_SLEEPABLE`, `BPF_F_XDP_HAS_FRAGS` as the section's name says. */
  flags: number;
  /** Whether loading the object loads it; off for `SEC("?...")`. */
  autoload: boolean;
  /** Whether attaching the object attaches it. */
  autoattach: boolean;
}
