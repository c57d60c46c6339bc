import { bpf_func_id } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, ID, OFF, TYPE, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import type { Shared } from '../state/state.ts';
import { fieldsBehind } from '../types/field-table.ts';
import type { Walk } from '../walk/walk.ts';
import type { CheckedArg } from './helper-call.ts';
import { forgetBorrowed } from './references.ts';
import { inTreeCallback } from './tree-callback.ts';

/** `bpf_spin_lock` and `bpf_spin_unlock`: the register leads to the lock in a map's value or an object. */
export function checkSpinLock(walk: Walk, checked: CheckedArg): Refusal | undefined {
  const { call, row } = checked;
  if (inTreeCallback(walk)) return walk.denied("can't spin_{lock,unlock} in rbtree cb");
  const refusal = checkIsLock(walk, checked);
  if (refusal) return refusal;
  const { w } = walk;
  const place = { id: w[row + ID], ptr: lockOwner(walk, row) };
  return call.id === bpf_func_id.BPF_FUNC_spin_lock ? takeLock(walk, place) : giveLockBack(walk, place);
}

function checkIsLock(walk: Walk, { register, row }: CheckedArg): Refusal | undefined {
  const { w } = walk;
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. bpf_spin_lock has to be at the constant offset`);
  }
  const isMap = baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE;
  const view = isMap ? walk.mapViews[w[row + AUX]] : undefined;
  const name = view?.attr.mapName ?? '';
  if (view?.btfId === 0) return walk.invalid(`map '${name}' has to have BTF in order to use bpf_spin_lock`);
  const lock = fieldsBehind(walk, row).find(({ kind }) => kind === 'spin_lock');
  if (!lock) {
    return walk.invalid(`${isMap ? 'map' : 'local'} '${isMap ? name : 'kptr'}' has no valid bpf_spin_lock`);
  }
  const at = w[row + OFF] + w[row + VALUE];
  if (lock.offset === at) return undefined;
  return walk.invalid(`off ${at} doesn't point to 'struct bpf_spin_lock' that is at ${lock.offset}`);
}

/** What a lock is in: a map, or a kind of object. */
export function lockOwner({ w, mapViews, btfs }: Walk, row: number): unknown {
  return baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE ? mapViews[w[row + AUX]] : btfs.at(w[row + AUX2]);
}

interface LockPlace {
  /** The id of the pointer, which tells values apart. */
  readonly id: number;
  readonly ptr: unknown;
}

function takeLock(walk: Walk, { id, ptr }: LockPlace): Refusal | undefined {
  const { shared } = walk.state;
  if (shared.locks > 0) return walk.invalid('Locking two bpf_spin_locks are not allowed');
  const lock = { kind: 'lock' as const, id, insn: walk.insn, ptr };
  walk.state.change({ refs: [...shared.refs, lock], locks: shared.locks + 1, lockId: id, lockPtr: ptr });
  return undefined;
}

function giveLockBack(walk: Walk, { id, ptr }: LockPlace): Refusal | undefined {
  const { shared } = walk.state;
  if (shared.locks === 0) return walk.invalid('bpf_spin_unlock without taking a lock');
  const at = shared.refs.findLastIndex((held) => held.kind === 'lock' && held.id === id && held.ptr === ptr);
  if (at < 0) return walk.invalid('bpf_spin_unlock of different lock');
  if (shared.lockId !== id || shared.lockPtr !== ptr) return walk.invalid('bpf_spin_unlock cannot be out of order');
  walk.state.change(withoutLock(shared, at));
  forgetBorrowed(walk);
  return undefined;
}

function withoutLock({ refs, locks }: Shared, at: number): Partial<Shared> {
  const left = refs.filter((_, index) => index !== at);
  const last = left.findLast(({ kind }) => kind !== 'pointer' && kind !== 'irq');
  return { refs: left, locks: locks - 1, lockId: last?.id ?? 0, lockPtr: last?.ptr };
}
