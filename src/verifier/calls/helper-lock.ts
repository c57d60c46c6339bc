import { bpf_func_id } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { checkFieldPlace } from './field-place.ts';
import type { CheckedArg } from './helper-call.ts';
import { giveLockBack, lockAt, takeLock } from './locks.ts';
import { inTreeCallback } from './tree-callback.ts';

const LOCK = { kind: 'spin_lock', struct: 'bpf_spin_lock' } as const;

/** `bpf_spin_lock` and `bpf_spin_unlock`: the register leads to the lock in a map's value or an object. */
export function checkSpinLock(walk: Walk, { call, register }: CheckedArg): Refusal | undefined {
  if (inTreeCallback(walk)) return walk.denied("can't spin_{lock,unlock} in rbtree cb");
  const refusal = checkFieldPlace(walk, register, LOCK);
  if (refusal) return refusal;
  const lock = lockAt(walk, register, 'lock');
  if (call.id !== bpf_func_id.BPF_FUNC_spin_lock) return giveLockBack(walk, lock, 'bpf_spin_unlock');
  if (walk.state.shared.locks > 0) return walk.invalid('Locking two bpf_spin_locks are not allowed');
  takeLock(walk, lock);
  return undefined;
}
