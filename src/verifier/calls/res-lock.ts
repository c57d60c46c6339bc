import { sync } from '../domain/bounds.ts';
import { ID, S32_MAX, S32_MIN, SMAX, SMIN } from '../domain/row.ts';
import { set64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import type { Reference, Shared } from '../state/state.ts';
import { defer } from '../walk/defer.ts';
import { clobberRegisters } from '../walk/frames.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { lockOwner } from './helper-lock.ts';
import type { Kfunc, KfuncCall } from './kfunc-call.ts';
import { forgetBorrowed } from './references.ts';

const TAKES: readonly string[] = ['bpf_res_spin_lock', 'bpf_res_spin_lock_irqsave'];
const GIVES_BACK: readonly string[] = ['bpf_res_spin_unlock', 'bpf_res_spin_unlock_irqrestore'];
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

/** Takes the lock that R1 leads to, or gives it back. */
export function walkResLock(walk: Walk, { kfunc }: KfuncCall): Refusal | undefined {
  const kind = kfunc.name.includes('irq') ? 'res_lock_irq' : 'res_lock';
  const row = walk.reg(1);
  if (takesResLock(kfunc))
    return take(walk, { kind, id: walk.w[row + ID], insn: walk.insn, ptr: lockOwner(walk, row) });
  if (!GIVES_BACK.includes(kfunc.name)) return undefined;
  return giveBack(walk, { kind, id: walk.w[row + ID], insn: walk.insn, ptr: lockOwner(walk, row) });
}

function isLock({ kind }: Reference): boolean {
  return kind !== 'pointer' && kind !== 'irq';
}

function take(walk: Walk, lock: Reference): Refusal | undefined {
  const { shared } = walk.state;
  const held = shared.refs.some(
    (other) => isLock(other) && other.kind !== 'lock' && other.id === lock.id && other.ptr === lock.ptr,
  );
  if (shared.locks > 0 && held) return walk.invalid('Acquiring the same lock again, AA deadlock detected');
  walk.state.change({ refs: [...shared.refs, lock], locks: shared.locks + 1, lockId: lock.id, lockPtr: lock.ptr });
  return undefined;
}

function giveBack(walk: Walk, lock: Reference): Refusal | undefined {
  const { shared } = walk.state;
  const name = 'bpf_res_spin_unlock';
  if (shared.locks === 0) return walk.invalid(`${name} without taking a lock`);
  const at = shared.refs.findLastIndex(({ kind, id, ptr }) => kind === lock.kind && id === lock.id && ptr === lock.ptr);
  if (at < 0) return walk.invalid(`${name} of different lock`);
  if (shared.lockId !== lock.id || shared.lockPtr !== lock.ptr) return walk.invalid(`${name} cannot be out of order`);
  walk.state.change(without(shared, at));
  forgetBorrowed(walk);
  return undefined;
}

function without({ refs, locks }: Shared, at: number): Partial<Shared> {
  const left = refs.filter((_, index) => index !== at);
  const last = left.findLast(isLock);
  return { refs: left, locks: locks - 1, lockId: last?.id ?? 0, lockPtr: last?.ptr };
}
