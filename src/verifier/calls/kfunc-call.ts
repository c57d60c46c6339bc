import { type Btf, type BtfId, type BtfParam, type BtfType, resolveType } from '../../btf/index.ts';
import { type KfuncFlags, kfuncFlags } from '../../catalog/index.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import type { TypedField } from '../types/value-fields.ts';
import type { Walk } from '../walk/walk.ts';
import type { StackPlace } from './stack-object.ts';

/** A kfunc as the kernel's BTF and the catalog describe it. */
export interface Kfunc {
  readonly name: string;
  readonly btf: Btf;
  /** Number of the BTF in `walk.btfs`. */
  readonly index: number;
  readonly params: readonly BtfParam[];
  readonly returnType: BtfId;
  readonly flags: KfuncFlags;
}

/** A type of the program's or the kernel's BTF. */
export interface TypeRef {
  /** Number of the BTF in `walk.btfs`. */
  readonly index: number;
  readonly typeId: BtfId;
}

/** A call of a kfunc while it is checked: what its arguments turned out to be. */
export interface KfuncCall {
  readonly kfunc: Kfunc;
  /** The register whose reference is given back; 0: none. */
  releases: number;
  /** The reference that an argument stands for; 0: none. */
  reference: number;
  /** The argument that has to be a constant. */
  constant: number | undefined;
  map: { readonly index: number; readonly uid: number } | undefined;
  /** The type of the object that is dropped, or counted. */
  object: TypeRef | undefined;
  /** A counted object that the caller owns: there is sure to be another reference. */
  owning: boolean;
  /** The list or tree, and the BTF that its type is of. */
  root: { readonly field: TypedField; readonly btf: Btf } | undefined;
  /** The dynptr that was passed. */
  dynptr: { readonly id: number; readonly type: number; readonly reference: number } | undefined;
  iterator: StackPlace | undefined;
  /** The function that was passed; -1: none. */
  subprogram: number;
  /** The register of an interrupt flag; 0: none. */
  irqFlag: number;
}

export function createKfuncCall(kfunc: Kfunc): KfuncCall {
  return {
    kfunc,
    releases: 0,
    reference: 0,
    constant: undefined,
    map: undefined,
    object: undefined,
    owning: false,
    root: undefined,
    dynptr: undefined,
    iterator: undefined,
    subprogram: -1,
    irqFlag: 0,
  };
}

/** The kfunc that the instruction calls, if the program may. */
export function kfuncAt(walk: Walk): Kfunc | Refusal {
  const { options, insns, insn } = walk;
  const [id, slot] = [insns.imm(insn), insns.off(insn)];
  const btf = slot === 0 ? options.vmlinux() : options.moduleBtf?.(slot)?.btf;
  const func = btf?.has(id) ? btf.typeById(id) : undefined;
  if (!btf || func?.kind !== 'FUNC') return walk.invalid(`kernel btf_id ${id} is not a function`);
  const proto = btf.typeById(func.type);
  if (proto.kind !== 'FUNC_PROTO') return walk.invalid(`kernel function btf_id ${id} does not have a valid func_proto`);
  const target = options.attachTarget?.program;
  const user = target ?? options;
  const flags = kfuncFlags(func.name, user);
  if (!flags) return walk.denied(`calling kernel function ${func.name} is not allowed`);
  const index = slot === 0 ? VMLINUX : walk.btfs.indexOf(btf);
  return { name: func.name, btf, index, params: proto.params, returnType: proto.returnType, flags };
}

/** What a pointer leads to, behind modifiers; undefined where the type is no pointer. */
export function pointee(btf: Btf, id: BtfId): BtfType | undefined {
  const type = resolveType(btf, id);
  return type.kind === 'PTR' ? resolveType(btf, type.type) : undefined;
}
