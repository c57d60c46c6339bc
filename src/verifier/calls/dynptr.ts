import { AUX, AUX3, ID, REF } from '../domain/row.ts';
import { checkAccess } from '../memory/access.ts';
import { forgetSlices } from '../memory/stack-dynptr.ts';
import type { Refusal } from '../refusal.ts';
import { STACK_DYNPTR, setSlotBytes, slotAt, spilledRow } from '../state/frame.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  DYNPTR_TYPE_FILE,
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  PTR_TO_STACK,
} from '../state/reg-type.ts';
import { setPointer } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { releaseReference } from './references.ts';
import { clearSlots, isAll, placeOf, readSlots, slotsOf, writeSlots } from './stack-object.ts';

/** Slots that a dynptr takes. */
const SLOTS = 2;

/** Names of the sorts, by the flag that stands for each. */
const NAMES: readonly (readonly [number, string])[] = [
  [DYNPTR_TYPE_LOCAL, 'local'],
  [DYNPTR_TYPE_RINGBUF, 'ringbuf'],
  [DYNPTR_TYPE_SKB, 'skb'],
  [DYNPTR_TYPE_XDP, 'xdp'],
  [DYNPTR_TYPE_SKB_META, 'skb_meta'],
  [DYNPTR_TYPE_FILE, 'file'],
];

/** Where on a stack the register leads to a dynptr, made or to be made: the number of its first slot. */
export function stackDynptr(walk: Walk, register: number): number | Refusal {
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  return 'errno' in place ? place : place.first;
}

/** Whether a dynptr may be made there: whatever was there is overwritten. */
export function mayBecomeDynptr(walk: Walk, register: number): Refusal | undefined {
  if (baseType(walk.typeOf(register)) !== PTR_TO_STACK || typeof stackDynptr(walk, register) !== 'number') {
    return misplaced(walk, register, 'Dynptr has to be an uninitialized dynptr');
  }
  for (let off = 0; off < 8 * SLOTS; off += 8) {
    const refusal = checkAccess(walk, { register, off, size: 8, write: true });
    if (refusal) return refusal;
  }
  return undefined;
}

/** Whether the register leads to a dynptr that was made before. */
export function checkInitialised(walk: Walk, register: number): Refusal | undefined {
  if (dynptrRow(walk, register) >= 0) return undefined;
  return misplaced(walk, register, `Expected an initialized dynptr as arg #${register - 1}`);
}

/** A refusal that also says what is wrong with the place, where that is why. */
function misplaced(walk: Walk, register: number, text: string): Refusal {
  const place = baseType(walk.typeOf(register)) === PTR_TO_STACK ? stackDynptr(walk, register) : 0;
  return walk.invalid(typeof place === 'number' ? text : `${place.text}\n${text}`);
}

/** The row of the dynptr that the register leads to; -1 where there is none. */
export function dynptrRow(walk: Walk, register: number): number {
  const { w } = walk;
  const base = baseType(walk.typeOf(register));
  if (base === CONST_PTR_TO_DYNPTR) return walk.reg(register);
  if (base !== PTR_TO_STACK) return -1;
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place || !isAll(walk, place, STACK_DYNPTR)) return -1;
  readSlots(walk, place);
  const row = spilledRow(slotAt(place.frame, place.first));
  return w[row + AUX3] === 1 ? row : -1;
}

/** DYNPTR_TYPE_* of the dynptr that the register leads to; 0 where there is none. */
export function dynptrType(walk: Walk, register: number): number {
  const row = dynptrRow(walk, register);
  return row < 0 ? 0 : walk.w[row + AUX];
}

/** A dynptr that a call makes. */
export interface NewDynptr {
  readonly register: number;
  /** DYNPTR_TYPE_* */
  readonly type: number;
  /** Of a clone: the reference that it shares. */
  readonly reference?: number;
}

/** The slots that the register leads to hold a dynptr from now on; a ring buffer's record has to be given back. */
export function createDynptr(walk: Walk, { register, type, reference = 0 }: NewDynptr): Refusal | undefined {
  const { w, state } = walk;
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place) return place;
  state.growStack(place.frame, place.first);
  const id = walk.newId();
  const counted = (type & (DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_FILE)) !== 0;
  const ref = counted ? reference || walk.addReference('pointer') : 0;
  writeSlots(walk, place);
  for (const [i, slot] of slotsOf(place).entries()) {
    setSlotBytes(w, slot, STACK_DYNPTR);
    writeDynptr(w, spilledRow(slot), { type, id, reference: ref, first: i === 0 });
  }
  return undefined;
}

export interface DynptrRow {
  /** DYNPTR_TYPE_* */
  readonly type: number;
  /** Tells it, and what was sliced from it, from others. */
  readonly id: number;
  /** The reference that it stands for; 0: none. */
  readonly reference: number;
  /** The first of the two slots, or not on a stack at all. */
  readonly first: boolean;
}

/** The row is a dynptr. */
export function writeDynptr(w: Int32Array, row: number, { type, id, reference, first }: DynptrRow): void {
  setPointer(w, row, CONST_PTR_TO_DYNPTR);
  w[row + ID] = id;
  w[row + AUX] = type;
  w[row + REF] = reference;
  w[row + AUX3] = first ? 1 : 0;
}

/** The dynptr is given back: it, its clones and their slices are gone. @returns whether there was one */
export function releaseDynptr(walk: Walk, register: number): boolean {
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place) return false;
  const { w, state } = walk;
  const row = spilledRow(slotAt(place.frame, place.first));
  const [id, reference] = [w[row + ID], w[row + REF]];
  if (reference === 0) {
    clearSlots(walk, place);
    forgetSlices(walk, id);
    return true;
  }
  releaseReference(walk, reference);
  for (let frame = 0; frame < state.frames.length; frame++) {
    for (let first = 1; first < state.slots[frame]; first++) {
      const at = { frame, first, slots: SLOTS, inUse: true };
      const other = spilledRow(slotAt(frame, first));
      if (!isAll(walk, at, STACK_DYNPTR) || w[other + AUX3] !== 1 || w[other + REF] !== reference) continue;
      forgetSlices(walk, w[other + ID]);
      clearSlots(walk, at);
    }
  }
  return true;
}

export function dynptrName(type: number): string {
  return NAMES.find(([flag]) => (type & flag) !== 0)?.[1] ?? 'unknown';
}
