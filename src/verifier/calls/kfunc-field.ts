import { AUX, AUX2, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, MEM_ALLOC, PTR_TO_BTF_ID, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkFieldPlace, type SingleField } from './field-place.ts';
import type { PointerKind } from './kfunc-arg-kind.ts';
import type { KfuncCall } from './kfunc-call.ts';
import { walkResLock } from './res-lock.ts';

const FIELDS: Readonly<Partial<Record<PointerKind, SingleField>>> = {
  workqueue: { kind: 'workqueue', struct: 'bpf_wq' },
  task_work: { kind: 'task_work', struct: 'bpf_task_work' },
  res_spin_lock: { kind: 'res_spin_lock', struct: 'bpf_res_spin_lock' },
};

/** A field of a map's value (a lock: of an object, too) that has a meaning to the kernel. */
export function checkField(
  walk: Walk,
  call: KfuncCall,
  { index, kind }: { readonly index: number; readonly kind: PointerKind },
): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const isMap = baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE;
  const isLock = kind === 'res_spin_lock';
  const isObject = isLock && w[row + TYPE] === (PTR_TO_BTF_ID | MEM_ALLOC);
  if (!isMap && !isObject) {
    return walk.invalid(`arg#${index} doesn't point to ${isLock ? 'map value or allocated object' : 'a map value'}`);
  }
  const refusal = checkFieldPlace(walk, register, FIELDS[kind]!);
  if (refusal) return refusal;
  if (isLock) return walkResLock(walk, call.kfunc, register);
  call.map = { index: w[row + AUX], uid: w[row + AUX2] };
  return undefined;
}
