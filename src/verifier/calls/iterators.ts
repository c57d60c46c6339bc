import type { BtfId } from '../../btf/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import { AUX, AUX2, AUX3, clearRow, REF, TYPE } from '../domain/row.ts';
import { checkAccess } from '../memory/access.ts';
import { inRcuSection } from '../memory/trust.ts';
import { previousVisit, widen } from '../prune/widen.ts';
import type { Refusal } from '../refusal.ts';
import { STACK_ITER, setSlotBytes, slotAt, spilledRow } from '../state/frame.ts';
import { ITER_ACTIVE, ITER_DRAINED } from '../state/iterator.ts';
import { baseType, MEM_RCU, PTR_MAYBE_NULL, PTR_TO_STACK, PTR_UNTRUSTED } from '../state/reg-type.ts';
import { defer } from '../walk/defer.ts';
import { setImmediate } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { type KfuncCall, pointee } from './kfunc-call.ts';
import { releaseReference } from './references.ts';
import { clearSlots, isAll, placeOf, readSlots, type StackPlace, slotsOf, writeSlots } from './stack-object.ts';

/** The first argument of a kfunc that begins, goes on with or ends an iteration. */
export function checkIterator(walk: Walk, call: KfuncCall): Refusal | undefined {
  const { btf, params, flags, name } = call.kfunc;
  if (baseType(walk.typeOf(1)) !== PTR_TO_STACK) return walk.invalid('arg#0 expected pointer to an iterator on stack');
  const type = pointee(btf, params[0].type);
  const slots = type?.kind === 'STRUCT' ? type.size / 8 : 0;
  if (!type || slots === 0) return walk.invalid('expected valid iter pointer as arg #0');
  if (name === 'bpf_iter_css_task_new' && !mayIterateTasks(walk)) {
    return walk.invalid('css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs');
  }
  const iterName = type.name.replace(/^bpf_/, '');
  const place = placeOf(walk, { register: 1, what: 'iter', slots });
  if (flags.has('new')) return beginIteration(walk, { call, typeId: type.id, iterName, place });
  if ('errno' in place || !isIterator(walk, place, type.id)) {
    return walk.invalid(`expected an initialized ${iterName} as arg #0`);
  }
  if (walk.w[firstRow(place) + TYPE] & PTR_UNTRUSTED) return walk.invalid(`expected an RCU CS when using ${name}`);
  readSlots(walk, place);
  call.iterator = place;
  call.reference = walk.w[firstRow(place) + REF];
  if (!flags.has('destroy')) return undefined;
  releaseReference(walk, walk.w[firstRow(place) + REF]);
  clearSlots(walk, place);
  return undefined;
}

/** Tasks of a control group can be gone through only where nothing waits for a lock that this needs. */
function mayIterateTasks({ options, state }: Walk): boolean {
  switch (options.progType) {
    case bpf_prog_type.BPF_PROG_TYPE_LSM:
      return true;
    case bpf_prog_type.BPF_PROG_TYPE_TRACING:
      return options.expectedAttachType === bpf_attach_type.BPF_TRACE_ITER || state.shared.sleepable;
    default:
      return state.shared.sleepable;
  }
}

function firstRow({ frame, first }: StackPlace): number {
  return spilledRow(slotAt(frame, first));
}

interface Beginning {
  readonly call: KfuncCall;
  readonly typeId: BtfId;
  readonly iterName: string;
  readonly place: StackPlace | Refusal;
}

function beginIteration(walk: Walk, { call, typeId, iterName, place }: Beginning): Refusal | undefined {
  const { w, state } = walk;
  const inUse = 'errno' in place || (place.inUse && holdsIterator(walk, place));
  if (inUse) return walk.invalid(`expected uninitialized ${iterName} as arg #0`);
  for (let off = 0; off < 8 * place.slots; off += 8) {
    const refusal = checkAccess(walk, { register: 1, off, size: 8, write: true });
    if (refusal) return refusal;
  }
  state.growStack(place.frame, place.first);
  const reference = walk.addReference('pointer');
  const protectedByRcu = call.kfunc.flags.has('rcu_protected');
  const flag = protectedByRcu ? (inRcuSection(walk) ? MEM_RCU : PTR_UNTRUSTED) : 0;
  writeSlots(walk, place);
  for (const [i, slot] of slotsOf(place).entries()) {
    setSlotBytes(w, slot, STACK_ITER);
    const row = spilledRow(slot);
    clearRow(w, row);
    w[row + TYPE] = PTR_TO_STACK | flag;
    w[row + REF] = i === 0 ? reference : 0;
    w[row + AUX] = typeId;
    w[row + AUX2] = ITER_ACTIVE;
  }
  return undefined;
}

function holdsIterator(walk: Walk, { frame, first, slots }: StackPlace): boolean {
  for (let i = 0; i < slots; i++) {
    if (walk.w[slotAt(frame, first - i) + 1] >>> 24 === STACK_ITER) return true;
  }
  return false;
}

function isIterator(walk: Walk, place: StackPlace, typeId: BtfId): boolean {
  if (!isAll(walk, place, STACK_ITER)) return false;
  return slotsOf(place).every((slot, i) => {
    const row = spilledRow(slot);
    return walk.w[row + AUX] === typeId && (walk.w[row + REF] !== 0) === (i === 0);
  });
}

/** Whether what the iterator gives is protected by RCU. */
export function isRcuIterator(walk: Walk, place: StackPlace): boolean {
  return (walk.w[firstRow(place) + TYPE] & MEM_RCU) !== 0;
}

/**
 * The iterator gives one more thing, which is walked later, or nothing: that path goes on. What differs from the last time
 * around and was not asked for exactly is forgotten, so that an endless loop comes to look like itself.
 */
export function goOnIterating(walk: Walk, { iterator }: KfuncCall): Refusal | undefined {
  if (!iterator) return undefined;
  const { w, state } = walk;
  const row = firstRow(iterator);
  if (w[row + AUX2] === ITER_ACTIVE) {
    const drained = state.save();
    w[row + AUX3]++;
    const before = walk.parent && previousVisit(walk, walk.insn, walk.parent.depth);
    if (before) widen(walk, before);
    w[walk.reg(0) + TYPE] &= ~PTR_MAYBE_NULL;
    const refusal = defer(walk, walk.next);
    if (refusal) return refusal;
    state.restore(drained);
  }
  setImmediate(w, walk.reg(0), 0);
  for (const slot of slotsOf(iterator)) w[spilledRow(slot) + AUX2] = ITER_DRAINED;
  return undefined;
}

/** An RCU section ends: what iterates over objects that it protects is of no use any more. */
export function distrustIterators({ w, state }: Walk): void {
  for (let frame = 0; frame < state.frames.length; frame++) {
    for (let index = 0; index < state.slots[frame]; index++) {
      const slot = slotAt(frame, index);
      if (w[slot + 1] >>> 24 !== STACK_ITER) continue;
      const row = spilledRow(slot);
      if (w[row + TYPE] & MEM_RCU) w[row + TYPE] = (w[row + TYPE] & ~MEM_RCU) | PTR_UNTRUSTED;
    }
  }
}
