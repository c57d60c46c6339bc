import type { Btf } from '../btf/index.ts';
import type { KernelProfile } from '../catalog/index.ts';
import type { Insns, PointerClass } from '../isa/index.ts';
import type { Capabilities } from './privileges.ts';
import type { State } from './state/state.ts';

/** What the check needs to know of a map that the program names; the caller's own map may be passed as it is. */
export interface CheckedMap {
  /** Key and value bytes, BPF_MAP_TYPE_*, entries: as in BPF_MAP_CREATE. */
  readonly attr: {
    readonly mapType: number;
    readonly keySize: number;
    readonly valueSize: number;
    readonly maxEntries: number;
  };
}

/** A program as BPF_PROG_LOAD gets it, and what is around it. */
export interface CheckOptions<M extends CheckedMap = CheckedMap> {
  /** As loaded: map references are fds or indexes into the fd array. */
  readonly insns: Insns;
  /** BPF_PROG_TYPE_* */
  readonly progType: number;
  /** The kernel that is asked; left out: one that knows all instructions and helpers. */
  readonly profile?: KernelProfile;
  /** First instruction of the exception callback, which the program's BTF names and no instruction refers to. */
  readonly exceptionCallback?: number;
  /** The map that the fd names (`index` false) or the slot of the fd array (`index` true); negative errno where none. */
  map(fd: number, index: boolean): M | number;
  /**
   * What a load of `size` bytes at `offset` of the context yields where it is a pointer (`xdp_md.data` is `packet`, an
   * argument of a tracing program may be `btf`); undefined for a number.
   */
  contextPointer?(offset: number, size: number): PointerClass | undefined;
  /**
   * What a load of `size` bytes at `offset` of the map's value yields, zero-extended, where neither programs nor
   * processes can change it any more (frozen, BPF_F_RDONLY_PROG); undefined where they can. Conditions on it then decide
   * which code is reached.
   */
  constantAt?(map: M, offset: number, size: number): bigint | undefined;
}

/** A field of a value or object that the kernel gives a meaning. */
export interface ValueField {
  readonly kind: string;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
}

/** A map as the whole check needs it; `BpfMap` of the kernel is one. */
export interface VerifiedMap extends CheckedMap {
  readonly id: number;
  readonly attr: CheckedMap['attr'] & {
    /** BPF_F_* */
    readonly mapFlags?: number;
    readonly mapName?: string;
    readonly btfKeyTypeId?: number;
    readonly btfValueTypeId?: number;
    readonly btfVmlinuxValueTypeId?: number;
    readonly mapExtra?: bigint;
  };
  /** The address that programs know it by, as logs say it. */
  readonly address?: bigint;
  /** Nobody can change it by bpf(2) any more. */
  readonly frozen: boolean;
  readonly spec: {
    /** Id of the BTF behind the key and value types; 0: none. */
    readonly btfId: number;
    /** Special fields of the value, in order of offset. */
    readonly fields: readonly ValueField[];
    /** Maps of maps: what the maps in it are like. */
    readonly inner?: {
      readonly attr: VerifiedMap['attr'];
      readonly btfId: number;
      readonly fields: readonly ValueField[];
    };
  };
}

/** The BTF of a module (or of the kernel itself, `vmlinux`). */
export interface KernelTypes {
  readonly name: string;
  readonly btf: Btf;
}

/** What a program is attached to: a type of the kernel or of a module, or a function of another program. */
export interface VerifiedTarget {
  /** `btfId` of the load. */
  readonly typeId: number;
  readonly btf: Btf;
  /** Where it is another program: what that one is. */
  readonly program?: {
    readonly progType: number;
    readonly expectedAttachType: number;
    /** The program's name, as logs say it. */
    readonly name: string;
    readonly funcInfo: DebugRecords | undefined;
    readonly sleepable: boolean;
  };
}

/** `bpf_func_info` or `bpf_line_info` records. */
export interface DebugRecords {
  readonly bytes: Uint8Array;
  /** Bytes of one. */
  readonly size: number;
}

/** Looks on at a walk. */
export interface WalkObserver {
  /**
   * A path ends only where all of its numbers lie in the ranges of a state that was gone on from, whether anything asks
   * for them or not: then all that any run may come to is among what is told.
   */
  readonly exact: boolean;
  /**
   * Told of the state before each instruction that is walked; it changes as the walk goes on.
   * @param live registers of the running frame that are still read, a bit each
   */
  visit(insn: number, state: State, live: number): void;
}

/** A program as the whole check gets it. */
export interface VerifyOptions<M extends VerifiedMap = VerifiedMap> extends CheckOptions<M> {
  /** `prog_name` of the load. */
  readonly name: string;
  readonly expectedAttachType: number;
  /** BPF_F_STRICT_ALIGNMENT, BPF_F_TEST_STATE_FREQ, BPF_F_SLEEPABLE, ... */
  readonly flags: number;
  readonly gplCompatible: boolean;
  readonly profile: KernelProfile;
  readonly capabilities: Capabilities;
  /** BPF_LOG_LEVEL*: 0 no log is asked for. */
  readonly logLevel: number;
  /** The program's own types, of its func_info, line_info and tags. */
  readonly btf?: Btf;
  readonly funcInfo?: DebugRecords;
  readonly lineInfo?: DebugRecords;
  /** BTF id of what it is to be attached to, as the load says it; 0: none. */
  readonly attachTypeId?: number;
  /** The same with its types, where they are known. */
  readonly attachTarget?: VerifiedTarget;
  /** The kernel's own types. */
  vmlinux(): Btf | undefined;
  /** The BTF in a slot of the fd array, that calls of kfuncs of modules name by their offset. */
  moduleBtf?(fdIndex: number): KernelTypes | undefined;
  /** The kernel's or a module's BTF that an fd names. */
  btfByFd?(fd: number): Btf | undefined;
  /** All modules' BTF. */
  modules?(): readonly KernelTypes[];
  /** A BTF object by its id: that of a map's key and value. */
  btfById(id: number): Btf | undefined;
  /** Looks on at the walk; for tests of the verifier. */
  readonly observer?: WalkObserver;
  /** The address of a kernel symbol, for `ldimm64` of a kernel variable. */
  symbol?(name: string): bigint | undefined;
}
