import { type HelperPrototype, helperName, lackOfHelper } from '../../catalog/index.ts';
import { bpf_func_id } from '../../uapi/index.ts';
import { unknownHelper } from '../insn-versions.ts';
import { traceLeaving } from '../log/trace.ts';
import { clobberMemory } from '../memory/helper-memory.ts';
import type { Refusal } from '../refusal.ts';
import { defer } from '../walk/defer.ts';
import { returnToCaller } from '../walk/exit.ts';
import { clobberRegisters } from '../walk/frames.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { checkHelperAllowed } from './helper-allowed.ts';
import { checkHelperArg } from './helper-args.ts';
import { createCall, type HelperCall } from './helper-call.ts';
import { checkMapOfHelper, checkMapWritable } from './helper-map.ts';
import { releaseArgument } from './helper-release.ts';
import { setHelperResult } from './helper-result.ts';
import { checkSpecial } from './helper-special.ts';
import { prototypeFor } from './helper-user.ts';
import { changesPacket } from './packet-helpers.ts';
import { forgetPacket } from './references.ts';

/** A call of a helper. */
export function walkHelper(walk: Walk): Refusal | undefined {
  const id = walk.insns.imm(walk.insn);
  if (walk.state.shared.locks > 0 && id !== bpf_func_id.BPF_FUNC_spin_unlock) {
    return walk.invalid('function calls are not allowed while holding a lock');
  }
  const name = helperName(id);
  const { version } = walk.options.profile;
  if (name === undefined || id === bpf_func_id.BPF_FUNC_unspec || lackOfHelper(version, id)) {
    return unknownHelper(id, walk.insn);
  }
  const prototype = prototypeFor(walk, id);
  if (!prototype) return walk.invalid(`program of this type cannot use helper ${name}#${id}`);
  const call = createCall(id, name, prototype);
  call.changesPacket = changesPacket(id);
  return (
    checkCallable(walk, call) ??
    checkArgs(walk, call) ??
    checkMapWritable(walk, call) ??
    fillMemory(walk, call) ??
    releaseArgument(walk, call) ??
    checkSpecial(walk, call) ??
    finish(walk, call)
  );
}

/** Whether the helper may be called here, whatever its arguments. */
function checkCallable(walk: Walk, call: HelperCall): Refusal | undefined {
  const { name, id, prototype } = call;
  const { shared } = walk.state;
  if (prototype.gplOnly && !walk.options.gplCompatible) {
    return walk.invalid('cannot call GPL-restricted function from non-GPL compatible program');
  }
  const refusal = checkHelperAllowed(walk, name);
  if (refusal) return refusal;
  if (prototype.mightSleep && !shared.sleepable) {
    return walk.invalid('helper call might sleep in a non-sleepable prog');
  }
  if (call.changesPacket && !beginsWithContext(prototype)) {
    return walk.invalid(`kernel subsystem misconfigured func ${name}#${id}: r1 != ctx`);
  }
  return prototype.mightSleep ? checkMaySleep(walk, call) : undefined;
}

function beginsWithContext({ args }: HelperPrototype): boolean {
  return args[0]?.kind === 'ctx';
}

function checkMaySleep(walk: Walk, { name, id }: HelperCall): Refusal | undefined {
  const { rcuLocks, preemptLocks, irqId } = walk.state.shared;
  const where =
    (rcuLocks > 0 && 'rcu_read_lock region') ||
    (preemptLocks > 0 && 'non-preemptible region') ||
    (irqId > 0 && 'IRQ-disabled region');
  return where ? walk.invalid(`sleepable helper ${name}#${id} in ${where}`) : undefined;
}

function checkArgs(walk: Walk, call: HelperCall): Refusal | undefined {
  for (const [index, arg] of call.prototype.args.entries()) {
    const register = index + 1;
    const refusal = checkHelperArg(walk, { call, arg, register, row: walk.reg(register) });
    if (refusal) return refusal;
  }
  return undefined;
}

function fillMemory(walk: Walk, { fills }: HelperCall): Refusal | undefined {
  for (const memory of fills) {
    const refusal = clobberMemory(walk, memory);
    if (refusal) return refusal;
  }
  return undefined;
}

function finish(walk: Walk, call: HelperCall): Refusal | undefined {
  if (call.map >= 0) walk.noteMap(call.map);
  clobberRegisters(walk);
  const refusal = setHelperResult(walk, call) ?? checkMapOfHelper(walk, call);
  if (refusal) return refusal;
  // What a program does that is jumped to matters to the callers of this function only.
  if (call.id === bpf_func_id.BPF_FUNC_tail_call) return walk.state.current > 0 ? leaveByTailCall(walk) : undefined;
  if (call.changesPacket) forgetPacket(walk);
  return undefined;
}

/** The program that is jumped to returns to the caller; where there is none, the function goes on. */
function leaveByTailCall(walk: Walk): Refusal | undefined {
  const refusal = defer(walk, walk.next);
  if (refusal) return refusal;
  forgetPacket(walk);
  setUnknown(walk.w, walk.reg(0));
  traceLeaving(walk);
  return returnToCaller(walk);
}
