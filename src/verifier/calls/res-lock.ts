import { sync } from '../domain/bounds.ts';
import { S32_MAX, S32_MIN, SMAX, SMIN } from '../domain/row.ts';
import { set64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import { defer } from '../walk/defer.ts';
import { clobberRegisters } from '../walk/frames.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Kfunc } from './kfunc-call.ts';
import { giveLockBack, isLock, lockAt, takeLock } from './locks.ts';

const TAKES: readonly string[] = ['bpf_res_spin_lock', 'bpf_res_spin_lock_irqsave'];
/** An errno is above this. */
const MIN_ERRNO = -4095;

/** Whether the kfunc takes a lock, and says with its result whether it got it. */
export function takesResLock({ name }: Kfunc): boolean {
  return TAKES.includes(name);
}

/** The lock may not be had: that path is walked later, with an errno in R0. */
export function deferFailedLock(walk: Walk, kfunc: Kfunc): Refusal | undefined {
  if (!takesResLock(kfunc)) return undefined;
  const { state, w } = walk;
  const before = state.save();
  clobberRegisters(walk);
  const row = walk.reg(0);
  setUnknown(w, row);
  set64(w, row + SMIN, MIN_ERRNO, -1);
  set64(w, row + SMAX, -1, -1);
  w[row + S32_MIN] = MIN_ERRNO;
  w[row + S32_MAX] = -1;
  sync(w, row);
  const refusal = defer(walk, walk.next);
  state.restore(before);
  return refusal;
}

/** Takes the lock that the register leads to, or gives it back. */
export function walkResLock(walk: Walk, kfunc: Kfunc, register: number): Refusal | undefined {
  const lock = lockAt(walk, register, kfunc.name.includes('irq') ? 'res_lock_irq' : 'res_lock');
  if (!takesResLock(kfunc)) return giveLockBack(walk, lock, 'bpf_res_spin_unlock');
  const { shared } = walk.state;
  const held = shared.refs.some(
    (other) => isLock(other) && other.kind !== 'lock' && other.id === lock.id && other.ptr === lock.ptr,
  );
  if (shared.locks > 0 && held) return walk.invalid('Acquiring the same lock again, AA deadlock detected');
  takeLock(walk, lock);
  return undefined;
}
