import type { Btf } from '../../btf/index.ts';
import type { HelperArg, HelperPrototype } from '../../catalog/index.ts';
import type { TypedField } from '../types/value-fields.ts';

/** A call of a helper while it is checked: what its arguments turned out to be. */
export interface HelperCall {
  readonly id: number;
  /** `bpf_map_lookup_elem` */
  readonly name: string;
  readonly prototype: HelperPrototype;
  /** The map of the call: `AUX` of its row; -1: none. */
  map: number;
  /** Tells inner maps apart; 0: none. */
  mapUid: number;
  /** The constant in the memory of the key; undefined where it is not known. */
  constantKey: number | undefined;
  /** The pointer that is exchanged: its field, and the BTF that its type is of. */
  kptr: { readonly field: TypedField; readonly btf: Btf | undefined } | undefined;
  /** The function that was passed. */
  subprogram: number;
  /** The register whose reference is given back; 0: none. */
  releases: number;
  /** The reference that an argument stands for; 0: none. */
  reference: number;
  /** Bytes that are handed out. */
  allocated: number;
  /** The most bytes that the memory before the last size may have. */
  largestSize: number;
  /** Memory that the call fills, which need not have been initialised. */
  readonly fills: { readonly register: number; readonly size: number }[];
  /** The variable of every processor. */
  percpu: { readonly btf: number; readonly typeId: number; readonly allocated: boolean } | undefined;
  /** The helper changes or moves the packet. */
  changesPacket: boolean;
  /** The dynptr whose memory is handed out. */
  dynptr: number;
}

export function createCall(id: number, name: string, prototype: HelperPrototype): HelperCall {
  return {
    id,
    name,
    prototype,
    map: -1,
    mapUid: 0,
    constantKey: undefined,
    kptr: undefined,
    subprogram: -1,
    releases: 0,
    reference: 0,
    allocated: 0,
    largestSize: 0,
    fills: [],
    percpu: undefined,
    changesPacket: false,
    dynptr: 0,
  };
}

/** An argument as it is checked. */
export interface CheckedArg {
  readonly call: HelperCall;
  readonly arg: HelperArg;
  readonly register: number;
  /** The row of the register. */
  readonly row: number;
}
