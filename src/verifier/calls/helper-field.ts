import { errno } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, OFF, TYPE, VALUE } from '../domain/row.ts';
import { checkStored } from '../memory/kptr.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import { fieldsBehind } from '../types/field-table.ts';
import type { Walk } from '../walk/walk.ts';
import { checkFieldPlace } from './field-place.ts';
import type { CheckedArg } from './helper-call.ts';

const TIMER = { kind: 'timer', struct: 'bpf_timer' } as const;

/** A timer in a map's value. */
export function checkTimerField(walk: Walk, { call, register, row }: CheckedArg): Refusal | undefined {
  const refusal = checkFieldPlace(walk, register, TIMER);
  if (refusal) return refusal;
  call.map = walk.w[row + AUX];
  call.mapUid = walk.w[row + AUX2];
  return undefined;
}

/** A field that holds a pointer, of a map's value or of an object. */
export function checkKptrField(walk: Walk, { call, register, row }: CheckedArg): Refusal | undefined {
  const { w } = walk;
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. kptr has to be at the constant offset`);
  }
  const isMap = baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE;
  const view = isMap ? walk.mapViews[w[row + AUX]] : undefined;
  if (view?.btfId === 0) {
    return walk.invalid(`map '${view.attr.mapName ?? ''}' has to have BTF in order to use bpf_kptr_xchg`);
  }
  const fields = fieldsBehind(walk, row).filter(({ kind }) => kind === 'kptr');
  if (fields.length === 0) return walk.invalid(`R${register} has no valid kptr`);
  const at = w[row + OFF] + w[row + VALUE];
  const field = fields.find(({ offset }) => offset === at);
  if (!field) return walk.denied(`off=${at} doesn't point to kptr`);
  if (field.kptr?.tag !== 'kptr' && field.kptr?.tag !== 'percpu_kptr') {
    return walk.denied(`off=${at} kptr isn't referenced kptr`);
  }
  if (view) call.map = w[row + AUX];
  call.kptr = { field, btf: view ? walk.options.btfById(view.btfId) : walk.btfs.at(w[row + AUX2]) };
  return undefined;
}

/** What is put into the field by `bpf_kptr_xchg`. */
export function checkExchanged(walk: Walk, { call, register }: CheckedArg): Refusal | undefined {
  if (!call.kptr) return undefined;
  const refusal = checkStored(walk, register, call.kptr);
  return refusal && { ...refusal, errno: errno.EACCES };
}
