import type { BtfId } from '../btf/index.ts';
import type { SecDef } from '../catalog/index.ts';
import type { Insns } from '../isa/index.ts';
import type { ExternSpec } from './extern-spec.ts';

/** Where a map comes from: declared in `.maps` or the older `maps`, or made for a section of data or externs. */
export type MapOrigin = 'btf' | 'legacy' | 'data' | 'rodata' | 'bss' | 'kconfig' | 'struct_ops';

/** What a struct_ops map holds, as the object has it; member by member it becomes the kernel's layout at load. */
export interface StructOpsSpec {
  /** The struct, in the object's BTF. */
  readonly typeId: BtfId;
  /** Name of the struct, with its flavour if it has one. */
  readonly typeName: string;
  /** By member index: the program that a function pointer names. */
  readonly programs: (ProgramSpec | undefined)[];
}

/** A map of an object: an editable value until it is loaded. */
export interface MapSpec {
  /** Position in `BpfObject.maps`; -1 for an inner map's template. */
  readonly index: number;
  /** The variable's name; for a data section what `kernelName` says, or the section's name if it has two dots. */
  readonly name: string;
  /** At most 15 characters; for a data section the object's name cut short and the section's, e.g. `minimal_.bss`. */
  readonly kernelName: string;
  readonly origin: MapOrigin;
  /** The ELF section's name, e.g. `.rodata.str1.1`. */
  readonly section: string;
  readonly sectionIndex: number;
  /** Bytes from the start of the section. */
  readonly sectionOffset: number;
  /** `BPF_MAP_TYPE_*` */
  type: number;
  /** Bytes. */
  keySize: number;
  /** Bytes. */
  valueSize: number;
  maxEntries: number;
  /** `BPF_F_*` */
  flags: number;
  mapExtra: bigint;
  numaNode: number;
  /** In the object's BTF; 0 for none. For a data section the value is its DATASEC. */
  keyTypeId: BtfId;
  valueTypeId: BtfId;
  /** `by_name`: pinned under the pin root as `name`, and used again where it is there already. */
  pinning: 'none' | 'by_name';
  /** Where to pin, where the object itself says so; otherwise the loader's pin root and the name make it. */
  pinPath: string | undefined;
  /** Template of the maps inside a map of maps. */
  inner: MapSpec | undefined;
  /** Initial elements by index: maps of a map of maps, programs of a program array. */
  slots: (MapSpec | ProgramSpec | undefined)[];
  /** Content of a data section's only element, or of an arena; a buffer of its own, in the object's byte order. */
  initialData: Uint8Array | undefined;
  structOps: StructOpsSpec | undefined;
  /** Whether loading creates it; off for `?.struct_ops`. */
  autocreate: boolean;
  /** Whether attaching the object attaches it (struct_ops). */
  autoattach: boolean;
}

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
