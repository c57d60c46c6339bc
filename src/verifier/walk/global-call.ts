import { checkInitialised } from '../calls/dynptr.ts';
import { checkIsStruct } from '../calls/helper-arg-type.ts';
import { TYPES_OF_KIND } from '../calls/helper-arg-types.ts';
import { isNullRow } from '../calls/null.ts';
import { forgetPacket } from '../calls/references.ts';
import { ROW, TYPE } from '../domain/row.ts';
import { traceAssumed } from '../log/functions.ts';
import { checkHelperMemory } from '../memory/helper-memory.ts';
import { checkUnmoved } from '../memory/place.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_CTX,
  PTR_TO_STACK,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { GlobalArgument } from '../types/global-argument.ts';
import { globalArguments } from '../types/global-function.ts';
import { clobberRegisters } from './frames.ts';
import { setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

const NO_SLEEP = `global functions that may sleep are not allowed in non-sleepable context,
i.e., in a RCU/IRQ/preempt-disabled section, or in
a non-sleepable BPF program context`;

/** A call of a global function: its arguments have to be what it is verified for; then it may return any number. */
export function walkGlobalCall(walk: Walk, subprogram: number): Refusal | undefined {
  const { state, program } = walk;
  const fn = program.functions![subprogram];
  const refusal = checkArguments(walk, globalArguments(walk.options, fn));
  const { locks, rcuLocks, preemptLocks, irqId, sleepable } = state.shared;
  if (locks > 0) return walk.invalid('use static function instead');
  const effects = program.effects[subprogram];
  if (!program.switches.sleeping_globals) {
    // Before, it did not matter what the function does.
    const section = (preemptLocks > 0 && 'preemption disabled') || (irqId > 0 && 'IRQs disabled');
    if (section)
      return walk.invalid(`global function calls are not allowed with ${section},\nuse static function instead`);
  } else if (effects.maySleep && (rcuLocks > 0 || preemptLocks > 0 || irqId > 0 || !sleepable)) {
    return walk.invalid(NO_SLEEP);
  }
  if (refusal)
    return { ...refusal, text: `${refusal.text}\nCaller passes invalid args into func#${subprogram} ('${fn.name}')` };
  traceAssumed(walk, subprogram);
  if (effects.changesPacket && program.switches.packets_of_globals) forgetPacket(walk);
  walk.globalsCalled[subprogram] = 1;
  clobberRegisters(walk);
  setUnknown(walk.w, walk.reg(0));
  walk.next = walk.insn + 1;
  return undefined;
}

function checkArguments(walk: Walk, wanted: readonly GlobalArgument[] | Refusal): Refusal | undefined {
  if ('errno' in wanted) return { ...wanted, insn: walk.insn };
  for (let i = 0; i < wanted.length; i++) {
    const refusal = checkArgument(walk, wanted[i], i);
    if (refusal) return refusal;
  }
  return undefined;
}

function checkArgument(walk: Walk, wanted: GlobalArgument, index: number): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  switch (wanted.kind) {
    case 'scalar':
      return type === SCALAR_VALUE ? undefined : walk.invalid(`R${register} is not a scalar`);
    case 'ctx':
      if (baseType(type) !== PTR_TO_CTX) return walk.invalid(`arg#${index} expects pointer to ctx`);
      return checkUnmoved(walk, register);
    case 'arena':
      if (type === PTR_TO_ARENA || type === SCALAR_VALUE) return undefined;
      return walk.invalid(`R${register} is not a pointer to arena or scalar.`);
    case 'dynptr':
      if (type !== CONST_PTR_TO_DYNPTR && type !== PTR_TO_STACK) {
        return walk.invalid(`arg#${index} expected pointer to stack or const struct bpf_dynptr`);
      }
      return (
        (type === CONST_PTR_TO_DYNPTR ? checkUnmoved(walk, register) : undefined) ?? checkInitialised(walk, register)
      );
    case 'btf':
      return checkObject(walk, wanted, register);
    default:
      return checkMemory(walk, wanted, index);
  }
}

/** An object of the kernel. What nobody trusts may be anything: it is read as memory that may not be there. */
function checkObject(walk: Walk, wanted: GlobalArgument, register: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (wanted.untrusted || (wanted.mayBeNull && isNullRow(w, row))) return undefined;
  const type = w[row + TYPE];
  const allowed = TYPES_OF_KIND.btf;
  if (!allowed.includes(wanted.mayBeNull ? type & ~PTR_MAYBE_NULL : type)) {
    const names = allowed.map(regTypeName).join(', ');
    return walk.denied(`R${register} type=${regTypeName(type)} expected=${names}`);
  }
  const name = walk.options.vmlinux()?.nameOf(wanted.typeId) ?? '';
  return (
    checkIsStruct(walk, register, { name, typeId: wanted.typeId, strict: false }) ??
    checkUnmoved(walk, register, { fixedAllowed: true })
  );
}

function checkMemory(walk: Walk, wanted: GlobalArgument, index: number): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  if (wanted.untrusted) return undefined;
  if (!wanted.mayBeNull && (mayBeNull(w[row + TYPE]) || isNullRow(w, row))) {
    return walk.invalid(`arg#${index} is expected to be non-NULL`);
  }
  if (isNullRow(w, row)) return undefined;
  const saved = w.slice(row, row + ROW);
  w[row + TYPE] &= ~PTR_MAYBE_NULL;
  for (const write of [false, true]) {
    const checked = checkHelperMemory(walk, { register, size: wanted.size, write, zeroAllowed: true });
    if (typeof checked === 'object') return checked;
  }
  w.set(saved, row);
  return undefined;
}
