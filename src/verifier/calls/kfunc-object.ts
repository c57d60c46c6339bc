import { AUX, AUX2, OFF, REF, TYPE } from '../domain/row.ts';
import { isRcu, isTrusted } from '../memory/trust.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  MEM_ALLOC,
  NON_OWN_REF,
  PTR_TO_BTF_ID,
  PTR_TRUSTED,
  regTypeName,
} from '../state/reg-type.ts';
import { isSameStruct } from '../types/same-struct.ts';
import type { Walk } from '../walk/walk.ts';
import { objectStruct, type PointerKind } from './kfunc-arg-kind.ts';
import { type KfuncCall, pointee, type TypeRef } from './kfunc-call.ts';

/** What of a pointer the kernel has to be sure about: that the object lives. */
export function checkTrust(
  walk: Walk,
  { kfunc }: KfuncCall,
  { index, kind }: { readonly index: number; readonly kind: PointerKind },
): Refusal | undefined {
  if (kind !== 'object' && kind !== 'allocated' && kind !== 'map') return undefined;
  const { flags } = kfunc;
  const wanted = flags.has('trusted') || flags.has('release');
  if (!wanted && !flags.has('rcu')) return undefined;
  const row = walk.reg(index + 1);
  if (isTrusted(walk, row) || baseType(walk.w[row + TYPE]) === CONST_PTR_TO_MAP) return undefined;
  if (!flags.has('rcu')) return walk.invalid(`R${index + 1} must be referenced or trusted`);
  return isRcu(walk, row) ? undefined : walk.invalid(`R${index + 1} must be a rcu pointer`);
}

/** An object of the kernel of the type that the kfunc wants. */
export function checkKfuncObject(walk: Walk, { kfunc, releases }: KfuncCall, index: number): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const { name, type: parameter } = kfunc.params[index];
  const isMap = name.endsWith('__map');
  const wanted = isMap ? walk.options.vmlinux()!.findByName('bpf_map', 'STRUCT')! : pointee(kfunc.btf, parameter)!;
  const given = givenType(walk, row);
  if (!given) {
    const wantedType = baseType(w[row + TYPE]) | (w[row + TYPE] & (MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF));
    return walk.invalid(`arg#${index} is ${regTypeName(w[row + TYPE])} expected ${regTypeName(wantedType)} or socket`);
  }
  const type = walk.btfs.at(given.index).typeById(given.typeId);
  const released = kfunc.flags.has('release') && releases === register && w[row + REF] !== 0;
  const strict = released || isBeingBuilt(type.name, wanted.name) || isBeingBuilt(wanted.name, type.name);
  const off = given.index === VMLINUX && baseType(w[row + TYPE]) !== PTR_TO_BTF_ID ? 0 : w[row + OFF];
  if (isProjection(wanted.name, type.name)) return undefined;
  if (isSameStruct(walk, { ...given, off }, { index: kfunc.index, typeId: wanted.id, strict })) return undefined;
  return walk.invalid(
    `kernel function ${kfunc.name} args#${index} expected pointer to ${wanted.kind} ${wanted.name} but R${register} has a pointer to ${type.kind} ${type.name}`,
  );
}

/** The type of the object that the row leads to. */
function givenType(walk: Walk, row: number): TypeRef | undefined {
  const { w } = walk;
  const struct = objectStruct(walk, row);
  if (struct === '') return { index: w[row + AUX2], typeId: w[row + AUX] };
  const type = struct && walk.options.vmlinux()?.findByName(struct, 'STRUCT');
  return type ? { index: VMLINUX, typeId: type.id } : undefined;
}

/** An object that is still being built has a type of its own, and is not to be mistaken for a finished one. */
function isBeingBuilt(name: string, other: string): boolean {
  return name === `${other}___init`;
}

/** The two names of a packet are taken for one another. */
function isProjection(wanted: string, given: string): boolean {
  return (wanted === '__sk_buff' && given === 'sk_buff') || (wanted === 'xdp_md' && given === 'xdp_buff');
}
