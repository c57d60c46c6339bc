import { errno } from '../../uapi/index.ts';
import { REF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { CONST_PTR_TO_DYNPTR, DYNPTR_TYPE_LOCAL, DYNPTR_TYPE_RINGBUF, PTR_TO_STACK } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkInitialised, createDynptr, dynptrName, dynptrRow, dynptrType, mayBecomeDynptr } from './dynptr.ts';
import type { CheckedArg } from './helper-call.ts';

const TYPES = { local: DYNPTR_TYPE_LOCAL, ringbuf: DYNPTR_TYPE_RINGBUF };

/** A dynptr that the helper makes, or uses. */
export function checkDynptrArg(walk: Walk, { arg, register }: CheckedArg): Refusal | undefined {
  if (arg.access === 'out') {
    return mayBecomeDynptr(walk, register) ?? createDynptr(walk, { register, type: TYPES[arg.dynptr ?? 'local'] });
  }
  if (walk.baseTypeOf(register) === CONST_PTR_TO_DYNPTR && arg.access !== 'in') {
    return walk.invalid('cannot pass pointer to const bpf_dynptr, the helper mutates it');
  }
  const refusal = checkInitialised(walk, register);
  if (refusal) return refusal;
  const wanted = arg.dynptr && TYPES[arg.dynptr];
  if (wanted === undefined || dynptrType(walk, register) === wanted) return undefined;
  return walk.invalid(`Expected a dynptr of type ${dynptrName(wanted)} as arg #${register - 1}`);
}

/** Only a dynptr on the stack, that holds something, can be given back. */
export function checkReleasedDynptr(walk: Walk, { register }: CheckedArg): Refusal | undefined {
  if (walk.baseTypeOf(register) !== PTR_TO_STACK) return walk.invalid('cannot release unowned const bpf_dynptr');
  const row = dynptrRow(walk, register);
  if (row >= 0 && walk.w[row + REF] !== 0) return undefined;
  return walk.refused(errno.EINVAL, `arg ${register} is an unacquired reference`);
}
