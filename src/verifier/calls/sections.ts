import { AUX, clearRow, REF, TYPE } from '../domain/row.ts';
import { checkAccess } from '../memory/access.ts';
import type { Refusal } from '../refusal.ts';
import { STACK_IRQ_FLAG, setSlotBytes, slotAt, spilledRow } from '../state/frame.ts';
import { baseType, MEM_RCU, PTR_MAYBE_NULL, PTR_TO_STACK, PTR_UNTRUSTED } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { distrustIterators } from './iterators.ts';
import type { KfuncCall } from './kfunc-call.ts';
import { clearSlots, isAll, placeOf, type StackPlace } from './stack-object.ts';
import { inTreeCallback } from './tree-callback.ts';

/** Sections of RCU, and those that nothing interrupts, begin and end. */
export function enterOrLeaveSection(walk: Walk, { kfunc }: KfuncCall): Refusal | undefined {
  const { state } = walk;
  const { rcuLocks, preemptLocks } = state.shared;
  switch (kfunc.name) {
    case 'bpf_rcu_read_lock':
    case 'bpf_rcu_read_unlock':
      if (inTreeCallback(walk)) {
        return walk.denied('Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback');
      }
      if (kfunc.name === 'bpf_rcu_read_lock') {
        if (rcuLocks > 0) return walk.invalid(`nested rcu read lock (kernel function ${kfunc.name})`);
        state.change({ rcuLocks: rcuLocks + 1 });
        return undefined;
      }
      if (rcuLocks === 0) return walk.invalid(`unmatched rcu read unlock (kernel function ${kfunc.name})`);
      state.change({ rcuLocks: rcuLocks - 1 });
      if (rcuLocks === 1) forgetProtection(walk);
      return undefined;
    case 'bpf_preempt_disable':
      state.change({ preemptLocks: preemptLocks + 1 });
      return undefined;
    case 'bpf_preempt_enable':
      if (preemptLocks === 0) {
        return walk.invalid(`unmatched attempt to enable preemption (kernel function ${kfunc.name})`);
      }
      state.change({ preemptLocks: preemptLocks - 1 });
      return undefined;
    default:
      return undefined;
  }
}

/** Objects that RCU protected may go at any time. */
function forgetProtection(walk: Walk): void {
  const { w } = walk;
  walk.state.forEachRow((row) => {
    if (w[row + TYPE] & MEM_RCU) w[row + TYPE] = (w[row + TYPE] & ~(MEM_RCU | PTR_MAYBE_NULL)) | PTR_UNTRUSTED;
  });
  distrustIterators(walk);
}

/** Kfuncs that save the flag: those of their own, and those of locks. */
const NATIVE = 1;
const LOCK = 2;

/** The place on the stack that an interrupt flag is saved to, and restored from. */
export function checkIrqFlag(walk: Walk, { kfunc }: KfuncCall, index: number): Refusal | undefined {
  const register = index + 1;
  if (baseType(walk.typeOf(register)) !== PTR_TO_STACK) {
    return walk.invalid(`arg#${index} doesn't point to an irq flag on stack`);
  }
  const place = placeOf(walk, { register, what: 'irq_flag', slots: 1 });
  const sort = kfunc.name.includes('spin') ? LOCK : NATIVE;
  const saves = kfunc.name.endsWith('save');
  if (saves) return saveFlag(walk, { place, register, sort });
  if ('errno' in place || !isAll(walk, place, STACK_IRQ_FLAG)) {
    return walk.invalid(`expected an initialized irq flag as arg#${index}`);
  }
  walk.readSlot(place.frame, place.first);
  return restoreFlag(walk, place, sort);
}

interface Saved {
  readonly place: StackPlace | Refusal;
  readonly register: number;
  readonly sort: number;
}

function saveFlag(walk: Walk, { place, register, sort }: Saved): Refusal | undefined {
  const { w, state } = walk;
  const taken = 'errno' in place || (place.inUse && w[slotAt(place.frame, place.first) + 1] >>> 24 === STACK_IRQ_FLAG);
  if (taken) return walk.invalid(`expected uninitialized irq flag as arg#${register - 1}`);
  const refusal = checkAccess(walk, { register, off: 0, size: 8, write: true });
  if (refusal) return refusal;
  state.growStack(place.frame, place.first);
  const id = walk.addReference('irq', sort);
  state.change({ irqId: id });
  const slot = slotAt(place.frame, place.first);
  walk.writeSlot(place.frame, place.first);
  setSlotBytes(w, slot, STACK_IRQ_FLAG);
  const row = spilledRow(slot);
  clearRow(w, row);
  w[row + TYPE] = PTR_TO_STACK;
  w[row + REF] = id;
  w[row + AUX] = sort;
  return undefined;
}

function restoreFlag(walk: Walk, place: StackPlace, sort: number): Refusal | undefined {
  const { w, state } = walk;
  const row = spilledRow(slotAt(place.frame, place.first));
  if (w[row + AUX] !== sort) {
    const [saved, restored] = w[row + AUX] === NATIVE ? ['native', 'lock'] : ['lock', 'native'];
    return walk.invalid(`irq flag acquired by ${saved} kfuncs cannot be restored with ${restored} kfuncs`);
  }
  const { irqId, refs } = state.shared;
  if (w[row + REF] !== irqId) {
    const insn = refs.find(({ id }) => id === irqId)?.insn ?? 0;
    return walk.denied(`cannot restore irq state out of order, expected id=${irqId} acquired at insn_idx=${insn}`);
  }
  const left = refs.filter(({ id }) => id !== irqId);
  state.change({ refs: left, irqId: left.findLast(({ kind }) => kind === 'irq')?.id ?? 0 });
  clearSlots(walk, place);
  return undefined;
}
