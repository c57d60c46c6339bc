import { resolveType } from '../../btf/index.ts';
import { AUX, ID, REF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  DYNPTR_TYPE_FILE,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  PTR_TO_STACK,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkInitialised, createDynptr, dynptrRow, mayBecomeDynptr } from './dynptr.ts';
import type { KfuncCall } from './kfunc-call.ts';

/** What the dynptrs are made of that kfuncs make. */
const MADE_BY: Readonly<Record<string, number>> = {
  bpf_dynptr_from_skb: DYNPTR_TYPE_SKB,
  bpf_dynptr_from_xdp: DYNPTR_TYPE_XDP,
  bpf_dynptr_from_skb_meta: DYNPTR_TYPE_SKB_META,
  bpf_dynptr_from_file: DYNPTR_TYPE_FILE,
};

/** A dynptr that the kfunc makes, or uses. */
export function checkKfuncDynptr(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const { name, params, btf } = call.kfunc;
  const register = index + 1;
  const base = baseType(walk.typeOf(register));
  if (base !== PTR_TO_STACK && base !== CONST_PTR_TO_DYNPTR) {
    return walk.invalid(`arg#${index} expected pointer to stack or const struct bpf_dynptr`);
  }
  if (params[index].name.endsWith('__uninit')) {
    const { dynptr } = call;
    const type = name === 'bpf_dynptr_clone' ? (dynptr?.type ?? 0) : (MADE_BY[name] ?? 0);
    const reference = name === 'bpf_dynptr_clone' ? dynptr?.reference : undefined;
    return mayBecomeDynptr(walk, register) ?? createDynptr(walk, { register, type, reference });
  }
  const parameter = resolveType(btf, params[index].type);
  const readOnly = parameter.kind === 'PTR' && btf.typeById(parameter.type).kind === 'CONST';
  if (base === CONST_PTR_TO_DYNPTR && !readOnly) {
    return walk.invalid('cannot pass pointer to const bpf_dynptr, the helper mutates it');
  }
  const refusal = checkInitialised(walk, register);
  if (refusal) return refusal;
  const row = dynptrRow(walk, register);
  const { w } = walk;
  call.dynptr = { id: w[row + ID], type: w[row + AUX], reference: w[row + REF] };
  return undefined;
}
