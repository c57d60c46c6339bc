import { type Btf, type BtfId, isComposite, resolveType } from '../../btf/index.ts';
import { AUX, AUX2 } from '../domain/row.ts';
import { mayAccessPacket } from '../memory/packet.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import {
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RDONLY,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import { objectFields } from '../types/field-table.ts';
import { kernelContext } from '../types/kernel-context.ts';
import { setPointer } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { KfuncCall, TypeRef } from './kfunc-call.ts';

/** The largest object of which each processor has its own. */
const MAX_PERCPU_BYTES = 512;
/** Deepest nesting of structs that is looked at for anything but numbers. */
const MAX_NESTING = 4;

/** R0 of kfuncs whose result's type is told by an argument; `none` where it is another kfunc. */
export function setSpecialResult(walk: Walk, call: KfuncCall): Refusal | 'none' | undefined {
  switch (call.kfunc.name) {
    case 'bpf_obj_new_impl':
    case 'bpf_percpu_obj_new_impl':
      return setNewObject(walk, call);
    case 'bpf_refcount_acquire_impl':
      setObject(walk, call.object ?? { index: VMLINUX, typeId: 0 }, MEM_ALLOC);
      return undefined;
    case 'bpf_cast_to_kern_ctx':
      return setKernelContext(walk);
    case 'bpf_rdonly_cast':
      return setReadOnly(walk, call);
    case 'bpf_dynptr_slice':
    case 'bpf_dynptr_slice_rdwr':
      return setSlice(walk, call);
    case 'bpf_session_cookie':
      setMemory(walk, PTR_TO_MEM, 8);
      return undefined;
    default:
      return 'none';
  }
}

/** R0 leads to an object. */
export function setObject(walk: Walk, { index, typeId }: TypeRef, flags: number): void {
  const row = walk.reg(0);
  setPointer(walk.w, row, PTR_TO_BTF_ID | flags);
  walk.w[row + AUX] = typeId;
  walk.w[row + AUX2] = index;
}

function setMemory(walk: Walk, type: number, size: number): void {
  const row = walk.reg(0);
  setPointer(walk.w, row, type);
  walk.w[row + AUX] = size;
}

function setNewObject(walk: Walk, { kfunc, constant = 0 }: KfuncCall): Refusal | undefined {
  const { btf } = walk.options;
  const perCpu = kfunc.name === 'bpf_percpu_obj_new_impl';
  if (constant > 0x7fff_ffff) return walk.invalid('local type ID argument must be in range [0, U32_MAX]');
  if (!btf) return walk.invalid('bpf_obj_new/bpf_percpu_obj_new requires prog BTF');
  const type = btf.has(constant) ? btf.typeById(constant) : undefined;
  if (type?.kind !== 'STRUCT') {
    return walk.invalid('bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct');
  }
  if (perCpu) {
    if (type.size > MAX_PERCPU_BYTES) {
      return walk.invalid(`bpf_percpu_obj_new type size (${type.size}) is greater than ${MAX_PERCPU_BYTES}`);
    }
    if (!isScalarStruct(btf, type.id)) {
      return walk.invalid('bpf_percpu_obj_new type ID argument must be of a struct of scalars');
    }
    if (objectFields(btf, type.id).length > 0) {
      return walk.invalid('bpf_percpu_obj_new type ID argument must not contain special fields');
    }
  }
  setObject(walk, { index: walk.btfs.indexOf(btf), typeId: type.id }, perCpu ? MEM_ALLOC | MEM_PERCPU : MEM_ALLOC);
  return undefined;
}

function isScalarStruct(btf: Btf, id: BtfId, depth = 0): boolean {
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'INT':
    case 'ENUM':
    case 'ENUM64':
      return true;
    case 'ARRAY':
      return isScalarStruct(btf, type.type, depth);
    case 'STRUCT':
    case 'UNION':
      return depth < MAX_NESTING && type.members.every((member) => isScalarStruct(btf, member.type, depth + 1));
    default:
      return false;
  }
}

function setKernelContext(walk: Walk): Refusal | undefined {
  const { options } = walk;
  const type = kernelContext(options.vmlinux(), options.attachTarget?.program?.progType ?? options.progType);
  if (!type) return walk.invalid('get_kern_ctx_btf_id failed');
  if (!isComposite(type)) return walk.invalid(`kern ctx type id ${type.id} is not a struct`);
  setObject(walk, { index: VMLINUX, typeId: type.id }, PTR_TRUSTED);
  return undefined;
}

function setReadOnly(walk: Walk, { constant = 0 }: KfuncCall): Refusal | undefined {
  const btf = walk.options.vmlinux();
  const type = btf?.has(constant) ? btf.typeById(constant) : undefined;
  if (!type) return walk.invalid(`Unknown type ID ${constant} passed to kfunc bpf_rdonly_cast`);
  if (isComposite(type)) {
    setObject(walk, { index: VMLINUX, typeId: type.id }, PTR_UNTRUSTED);
    return undefined;
  }
  if (type.kind === 'VOID') {
    setMemory(walk, PTR_TO_MEM | MEM_RDONLY | PTR_UNTRUSTED, 0);
    return undefined;
  }
  return walk.invalid('kfunc bpf_rdonly_cast type ID argument must be of a struct or void');
}

/**
 * A part of a dynptr's data, which the kernel copies to the buffer where it does not lie together. Unlike what
 * `bpf_dynptr_data` gives, Linux 6.18 lets programs use it when the dynptr is gone.
 */
function setSlice(walk: Walk, { kfunc, constant = 0, dynptr }: KfuncCall): Refusal | undefined {
  const readOnly = kfunc.name === 'bpf_dynptr_slice';
  if (!readOnly && !mayAccessPacket(walk.options.progType, true)) {
    return walk.invalid('the prog does not allow writes to packet data');
  }
  setMemory(walk, PTR_TO_MEM | (dynptr?.type ?? 0) | (readOnly ? MEM_RDONLY : 0), constant);
  return undefined;
}
