import type { Insns } from '../isa/index.ts';
import type { MapSpec, ProgramSpec } from '../object/index.ts';

/** A slot that holds a map's fd (or index) and, one further, an offset into its value. */
export interface MapRef {
  /** The first slot of the `ldimm64`. */
  readonly insn: number;
  readonly map: MapSpec;
  /** `fd`: the map itself (BPF_PSEUDO_MAP_FD); `value`: an address inside its value (BPF_PSEUDO_MAP_VALUE). */
  readonly kind: 'fd' | 'value';
  /** Bytes into the value; 0 for `fd`. */
  readonly offset: number;
}

/** A reference to the BTF of a kernel module, whose fd the loader fills in. */
export interface ModuleRef {
  readonly insn: number;
  /** Name of the module. */
  readonly module: string;
  /** `kfunc`: `off` holds the index into fd_array that is `fdIndex`; `ksym`: the second slot's immediate holds the fd. */
  readonly kind: 'kfunc' | 'ksym';
  readonly fdIndex: number;
}

/** Records for BPF_PROG_LOAD, in the object's byte order: `insn_off` counts slots of the linked program. */
export interface InfoRecords {
  readonly bytes: Uint8Array;
  /** Bytes of one record. */
  readonly recordSize: number;
  readonly count: number;
}

/** What a program attaches to, as BPF_PROG_LOAD wants it. */
export interface AttachTarget {
  /** Type in the kernel's BTF, or in the module's. */
  readonly btfId: number;
  readonly module: string | undefined;
}

/** Why a program's attach target was not found. */
export interface AttachProblem {
  readonly problem: string;
  /** Names of the kernel nearest to it, at most three; worked out when called. */
  readonly nearest?: () => readonly string[];
}

/** An entry program with all that it calls: complete but for the fds in `mapRefs` and `moduleRefs`. */
export interface RelocatedProgram {
  readonly spec: ProgramSpec;
  readonly insns: Insns;
  readonly mapRefs: readonly MapRef[];
  readonly moduleRefs: readonly ModuleRef[];
  /** `struct bpf_func_info`; undefined where the object has none for this program. */
  readonly funcInfo: InfoRecords | undefined;
  /** `struct bpf_line_info`; undefined where the object has none for this program. */
  readonly lineInfo: InfoRecords | undefined;
  /** Each function that was linked in, with the slot that it begins at; the program itself first. */
  readonly functions: readonly { readonly name: string; readonly start: number; readonly length: number }[];
  /** As the spec says, or for struct_ops the member that refers to it. */
  readonly expectedAttachType: number;
  /** For BTF-based program types; `problem` where the target was not found (loading then fails). */
  readonly attach: AttachTarget | AttachProblem | undefined;
}

/** A struct_ops map in the layout of the kernel. */
export interface RelocatedStructOps {
  readonly map: MapSpec;
  /** `btf_vmlinux_value_type_id`: the kernel's `struct bpf_struct_ops_NAME`. */
  readonly valueTypeId: number;
  readonly module: string | undefined;
  /** The value; the slots of `programs` hold 0 until the loader writes the fds (8 bytes each). */
  readonly value: Uint8Array;
  readonly programs: readonly { readonly offset: number; readonly program: ProgramSpec }[];
}
