import type { Insns, PointerClass } from '../isa/index.ts';

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
