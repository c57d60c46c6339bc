import { type BtfType, resolveType, sizeOf } from '../../btf/index.ts';
import { AUX, ID, REF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  MEM_RCU,
  MEM_RDONLY,
  PTR_MAYBE_NULL,
  PTR_TO_MEM,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { fieldsBehind } from '../types/field-table.ts';
import { setImmediate, setPointer, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { setBorrowed, setNode } from './graph.ts';
import { isRcuIterator } from './iterators.ts';
import type { KfuncCall } from './kfunc-call.ts';
import { setObject, setSpecialResult } from './kfunc-special.ts';
import { takesResLock } from './res-lock.ts';

const NODES = /^bpf_(list_(pop_front|pop_back|front|back)|rbtree_(remove|first|root|left|right))$/;
const BORROWED = /^bpf_(list_(front|back)|rbtree_(first|root|left|right))$/;

/** R0 after the call. */
export function setKfuncResult(walk: Walk, call: KfuncCall): Refusal | undefined {
  const { kfunc } = call;
  const row = walk.reg(0);
  const { w } = walk;
  const type = resolveType(kfunc.btf, kfunc.returnType);
  if (type.kind === 'VOID') return undefined;
  if (type.kind !== 'PTR') {
    setUnknown(w, row);
    if (takesResLock(kfunc)) setImmediate(w, row, 0);
    return undefined;
  }
  const refusal = setPointerResult(walk, call, resolveType(kfunc.btf, type.type));
  if (refusal || w[row + TYPE] === SCALAR_VALUE) return refusal;
  return finishPointer(walk, call);
}

function setPointerResult(walk: Walk, call: KfuncCall, target: BtfType): Refusal | undefined {
  const { w } = walk;
  const { kfunc } = call;
  const row = walk.reg(0);
  const special = setSpecialResult(walk, call);
  if (special !== 'none') return special;
  if (NODES.test(kfunc.name)) {
    setNode(walk, row, call);
    return undefined;
  }
  if (target.kind === 'VOID') {
    setUnknown(w, row);
    return undefined;
  }
  if (target.kind === 'STRUCT') {
    setObject(walk, { index: kfunc.index, typeId: target.id }, flagsOfObject(walk, call));
    return undefined;
  }
  const size = sizeOf(kfunc.btf, target.id);
  if (size === undefined) {
    return walk.invalid(
      `kernel function ${kfunc.name} returns pointer type ${target.kind} ${target.name} is not supported`,
    );
  }
  setPointer(w, row, PTR_TO_MEM | MEM_RDONLY);
  w[row + AUX] = size;
  w[row + REF] = call.reference;
  return undefined;
}

function flagsOfObject(walk: Walk, { kfunc, iterator }: KfuncCall): number {
  if (kfunc.name === 'bpf_get_kmem_cache') return PTR_UNTRUSTED;
  if (kfunc.flags.has('next') && iterator) return isRcuIterator(walk, iterator) ? MEM_RCU : PTR_TRUSTED;
  return kfunc.flags.has('rcu_protected') ? MEM_RCU : 0;
}

/** What may be null, has to be given back, or is only borrowed. */
function finishPointer(walk: Walk, { kfunc, owning }: KfuncCall): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(0);
  const mayBeNull = kfunc.flags.has('null') && !(kfunc.name === 'bpf_refcount_acquire_impl' && owning);
  if (mayBeNull) {
    w[row + TYPE] |= PTR_MAYBE_NULL;
    w[row + ID] = walk.newId();
  }
  if (kfunc.flags.has('acquire')) {
    const id = walk.addReference('pointer');
    if (mayBeNull) w[row + ID] = id;
    w[row + REF] = id;
  } else if (BORROWED.test(kfunc.name)) setBorrowed(walk, row);
  const locked = fieldsBehind(walk, row).some(({ kind }) => kind === 'spin_lock' || kind === 'res_spin_lock');
  if (locked && w[row + ID] === 0) w[row + ID] = walk.newId();
  return undefined;
}
