import { errno } from '../../uapi/index.ts';
import { AUX, AUX2, REF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { MEM_ALLOC, MEM_PERCPU, MEM_RCU, NON_OWN_REF, PTR_TO_BTF_ID, PTR_TRUSTED } from '../state/reg-type.ts';
import { objectFields } from '../types/field-table.ts';
import type { Walk } from '../walk/walk.ts';
import type { KfuncCall } from './kfunc-call.ts';

const OBJECT = PTR_TO_BTF_ID | MEM_ALLOC;

/** An object that the program allocated, to be dropped. */
export function checkAllocated(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(index + 1);
  const { name } = call.kfunc;
  if (w[row + TYPE] === OBJECT) {
    if (name !== 'bpf_obj_drop_impl') return walk.invalid(`arg#${index} expected for bpf_obj_drop_impl()`);
  } else if (w[row + TYPE] === (OBJECT | MEM_PERCPU)) {
    if (name !== 'bpf_percpu_obj_drop_impl')
      return walk.invalid(`arg#${index} expected for bpf_percpu_obj_drop_impl()`);
  } else return walk.invalid(`arg#${index} expected pointer to allocated object`);
  if (w[row + REF] === 0) return walk.invalid('allocated object must be referenced');
  call.object = { index: w[row + AUX2], typeId: w[row + AUX] };
  return undefined;
}

/** An object that counts its references. */
export function checkRefcounted(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(index + 1);
  const type = w[row + TYPE];
  const borrowed = (type & NON_OWN_REF) !== 0;
  const base = type & ~(NON_OWN_REF | MEM_RCU | PTR_TRUSTED);
  if (base !== OBJECT) return walk.invalid(`arg#${index} is neither owning or non-owning ref`);
  if (!borrowed) call.owning = true;
  const fields = objectFields(walk.btfs.at(w[row + AUX2]), w[row + AUX]);
  if (fields.length === 0) return walk.refused(errno.EFAULT, "verifier bug: Couldn't find btf_record");
  if (!fields.some(({ kind }) => kind === 'refcount')) {
    return walk.invalid(`arg#${index} doesn't point to a type with bpf_refcount field`);
  }
  call.object = { index: w[row + AUX2], typeId: w[row + AUX] };
  return undefined;
}
