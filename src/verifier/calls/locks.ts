import { AUX, AUX2, ID, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import type { Reference, Shared } from '../state/state.ts';
import type { Walk } from '../walk/walk.ts';
import { forgetBorrowed } from './references.ts';

/** What a lock is in: a map, or a kind of object. */
export function lockOwner({ w, mapViews, btfs }: Walk, row: number): unknown {
  return baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE ? mapViews[w[row + AUX]] : btfs.at(w[row + AUX2]);
}

/** The lock that the register leads to; the id of the pointer tells values apart. */
export function lockAt(walk: Walk, register: number, kind: Reference['kind']): Reference {
  const row = walk.reg(register);
  return { kind, id: walk.w[row + ID], insn: walk.insn, ptr: lockOwner(walk, row) };
}

export function isLock({ kind }: Reference): boolean {
  return kind !== 'pointer' && kind !== 'irq';
}

/** The lock is held from now on. */
export function takeLock(walk: Walk, lock: Reference): void {
  const { refs, locks } = walk.state.shared;
  walk.state.change({ refs: [...refs, lock], locks: locks + 1, lockId: lock.id, lockPtr: lock.ptr });
}

/** Gives back the lock that was taken last. @param by what gives it back, as messages say it */
export function giveLockBack(walk: Walk, lock: Reference, by: string): Refusal | undefined {
  const { shared } = walk.state;
  if (shared.locks === 0) return walk.invalid(`${by} without taking a lock`);
  const at = shared.refs.findLastIndex(({ kind, id, ptr }) => kind === lock.kind && id === lock.id && ptr === lock.ptr);
  if (at < 0) return walk.invalid(`${by} of different lock`);
  if (shared.lockId !== lock.id || shared.lockPtr !== lock.ptr) return walk.invalid(`${by} cannot be out of order`);
  walk.state.change(without(shared, at));
  forgetBorrowed(walk);
  return undefined;
}

function without({ refs, locks }: Shared, at: number): Partial<Shared> {
  const left = refs.filter((_, index) => index !== at);
  const last = left.findLast(isLock);
  return { refs: left, locks: locks - 1, lockId: last?.id ?? 0, lockPtr: last?.ptr };
}
