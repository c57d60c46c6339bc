import { errno } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import { clobberRegisters } from '../walk/frames.ts';
import type { Outcome, Walk } from '../walk/walk.ts';
import { addCallback } from './graph-callback.ts';
import { goOnIterating } from './iterators.ts';
import { checkKfuncArgs } from './kfunc-args.ts';
import { createKfuncCall, type Kfunc, type KfuncCall, kfuncAt } from './kfunc-call.ts';
import { releaseKfuncArg } from './kfunc-release.ts';
import { setKfuncResult } from './kfunc-result.ts';
import { kfuncChangesPacket } from './packet-helpers.ts';
import { forgetPacket } from './references.ts';
import { deferFailedLock } from './res-lock.ts';
import { enterOrLeaveSection } from './sections.ts';
import { walkThrow } from './throw.ts';

/** Kfuncs that may be called while a lock is held. */
const UNDER_LOCK =
  /^bpf_(list_(push|pop)_.*|list_(front|back)|rbtree_.*|refcount_acquire_impl|iter_num_.*|res_spin_.*|arena_(alloc|free|reserve)_pages|stream_vprintk.*)$/;

/** A call of a kfunc. @see Documentation/bpf/kfuncs.rst (v6.18) */
export function walkKfunc(walk: Walk): Outcome {
  const { insns, insn, options } = walk;
  if (insns.imm(insn) === 0) return undefined;
  const { shared } = walk.state;
  const id = insns.imm(insn);
  const name = options.vmlinux()?.has(id) ? options.vmlinux()!.nameOf(id) : '';
  if (shared.locks > 0 && (insns.off(insn) !== 0 || !UNDER_LOCK.test(name))) {
    return walk.invalid('function calls are not allowed while holding a lock');
  }
  const kfunc = kfuncAt(walk);
  if ('errno' in kfunc) return kfunc;
  const call = createKfuncCall(kfunc);
  return (
    checkKfuncAllowed(walk, kfunc) ?? deferFailedLock(walk, kfunc) ?? checkKfuncArgs(walk, call) ?? perform(walk, call)
  );
}

/** Whether the kfunc may be called here, whatever its arguments. */
function checkKfuncAllowed(walk: Walk, { name, flags }: Kfunc): Refusal | undefined {
  const { shared } = walk.state;
  if (flags.has('destructive') && !walk.options.capabilities.sysBoot) {
    return walk.denied('destructive kfunc calls require CAP_SYS_BOOT capability');
  }
  if (flags.has('sleeps') && !shared.sleepable) {
    return walk.denied(`program must be sleepable to call sleepable kfunc ${name}`);
  }
  return undefined;
}

function perform(walk: Walk, call: KfuncCall): Outcome {
  const { name } = call.kfunc;
  if (name === 'bpf_throw') return walkThrow(walk);
  // What compilers leave where the program cannot come without reading what was never set.
  if (name === '__bpf_trap')
    return walk.refused(errno.EFAULT, 'unexpected __bpf_trap() due to uninitialized variable?');
  const refusal =
    addCallback(walk, call) ??
    enterOrLeaveSection(walk, call) ??
    checkMaySleep(walk, call) ??
    releaseKfuncArg(walk, call);
  if (refusal) return refusal;
  clobberRegisters(walk);
  const failed = setKfuncResult(walk, call);
  if (failed) return failed;
  if (kfuncChangesPacket(name)) forgetPacket(walk);
  return call.kfunc.flags.has('next') ? goOnIterating(walk, call) : undefined;
}

function checkMaySleep(walk: Walk, { kfunc }: KfuncCall): Refusal | undefined {
  const { rcuLocks, preemptLocks, irqId } = walk.state.shared;
  if (kfunc.flags.has('rcu_protected') && !inRcu(walk)) {
    return walk.denied(`kernel func ${kfunc.name} requires RCU critical section protection`);
  }
  if (!kfunc.flags.has('sleeps')) return undefined;
  const where =
    (rcuLocks > 0 && 'rcu_read_lock region') ||
    (preemptLocks > 0 && 'non-preemptible region') ||
    (irqId !== 0 && 'IRQ-disabled region');
  if (!where) return undefined;
  return walk.refused(errno.EACCES, `kernel func ${kfunc.name} is sleepable within ${where}`);
}

/** Whether objects that RCU protects stay alive here. */
function inRcu({ state }: Walk): boolean {
  const { rcuLocks, locks, preemptLocks, sleepable } = state.shared;
  return rcuLocks > 0 || locks > 0 || preemptLocks > 0 || !sleepable;
}
