import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, OFF, TYPE, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, MEM_ALLOC, PTR_TO_BTF_ID, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import { fieldsBehind } from '../types/field-table.ts';
import type { Walk } from '../walk/walk.ts';
import type { PointerKind } from './kfunc-arg-kind.ts';
import type { KfuncCall } from './kfunc-call.ts';

const STRUCT_OF: Readonly<Partial<Record<PointerKind, string>>> = {
  workqueue: 'bpf_wq',
  task_work: 'bpf_task_work',
  res_spin_lock: 'bpf_res_spin_lock',
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
  const struct = STRUCT_OF[kind]!;
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. ${struct} has to be at the constant offset`);
  }
  const view = isMap ? walk.mapViews[w[row + AUX]] : undefined;
  const name = view?.attr.mapName ?? '';
  if (view?.btfId === 0) return walk.invalid(`map '${name}' has to have BTF in order to use ${struct}`);
  const field = fieldsBehind(walk, row).find((other) => other.kind === kind);
  if (!field) return walk.invalid(`${isMap ? 'map' : 'local'} '${isMap ? name : 'kptr'}' has no valid ${struct}`);
  const at = w[row + OFF] + w[row + VALUE];
  if (field.offset !== at)
    return walk.invalid(`off ${at} doesn't point to 'struct ${struct}' that is at ${field.offset}`);
  if (!isLock) call.map = { index: w[row + AUX], uid: w[row + AUX2] };
  return undefined;
}
