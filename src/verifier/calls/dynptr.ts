import { AUX, AUX2, AUX3, clearRow, ID, REF, TYPE } from '../domain/row.ts';
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
import type { Walk } from '../walk/walk.ts';
import { releaseReference } from './references.ts';
import { clearSlots, isAll, placeOf, slotsOf } from './stack-object.ts';

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

/** A dynptr that is used. */
export interface Dynptr {
  /** Tells it, and what was sliced from it, from others. */
  readonly id: number;
  /** DYNPTR_TYPE_* */
  readonly sort: number;
  /** The reference that it stands for; 0: none. */
  readonly reference: number;
}

/** The call makes a dynptr there: whatever was there is overwritten. */
export function checkNewDynptr(walk: Walk, register: number): Refusal | undefined {
  if (baseType(walk.typeOf(register)) !== PTR_TO_STACK) return walk.invalid('Dynptr has to be an uninitialized dynptr');
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place) return walk.invalid('Dynptr has to be an uninitialized dynptr');
  for (let off = 0; off < 8 * SLOTS; off += 8) {
    const refusal = checkAccess(walk, { register, off, size: 8, write: true });
    if (refusal) return refusal;
  }
  return undefined;
}

export interface WantedDynptr {
  readonly register: number;
  /** Only looked at: one that the kernel handed to a callback will do. */
  readonly readOnly: boolean;
  /** DYNPTR_TYPE_*; 0: any. */
  readonly sort: number;
}

/** Whether the register leads to a dynptr that was made before. */
export function checkDynptr(walk: Walk, { register, readOnly, sort }: WantedDynptr): Refusal | undefined {
  const base = baseType(walk.typeOf(register));
  if (base !== PTR_TO_STACK && base !== CONST_PTR_TO_DYNPTR) {
    return walk.invalid(`arg#${register - 1} expected pointer to stack or const struct bpf_dynptr`);
  }
  if (base === CONST_PTR_TO_DYNPTR && !readOnly) {
    return walk.invalid('cannot pass pointer to const bpf_dynptr, the helper mutates it');
  }
  const row = rowOfDynptr(walk, register);
  if (row === undefined) return walk.invalid(`Expected an initialized dynptr as arg #${register - 1}`);
  if (sort === 0 || (walk.w[row + AUX] & sort) !== 0) return undefined;
  return walk.invalid(`Expected a dynptr of type ${dynptrName(sort)} as arg #${register - 1}`);
}

/** The dynptr that the register leads to; undefined where there is none. */
export function dynptrAt(walk: Walk, register: number): Dynptr | undefined {
  const row = rowOfDynptr(walk, register);
  if (row === undefined) return undefined;
  return { id: walk.w[row + ID], sort: walk.w[row + AUX], reference: walk.w[row + REF] };
}

function rowOfDynptr(walk: Walk, register: number): number | undefined {
  const { w } = walk;
  const base = baseType(walk.typeOf(register));
  if (base === CONST_PTR_TO_DYNPTR) return walk.reg(register);
  if (base !== PTR_TO_STACK) return undefined;
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place || !isAll(walk, place, STACK_DYNPTR)) return undefined;
  const row = spilledRow(slotAt(place.frame, place.first));
  return w[row + AUX3] === 1 ? row : undefined;
}

/** A dynptr that a call makes. */
export interface NewDynptr {
  readonly register: number;
  /** DYNPTR_TYPE_* */
  readonly sort: number;
  /** Of a clone: the reference that it shares. */
  readonly reference?: number;
}

/** The slots that the register leads to hold a dynptr; a ring buffer's record has to be given back. */
export function makeDynptr(walk: Walk, { register, sort, reference = 0 }: NewDynptr): void {
  const { w, state } = walk;
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place) return;
  state.growStack(place.frame, place.first);
  const counted = (sort & (DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_FILE)) !== 0;
  const ref = counted ? reference || walk.addReference('pointer') : 0;
  const id = counted && reference === 0 ? ref : walk.newId();
  for (const [i, slot] of slotsOf(place).entries()) {
    setSlotBytes(w, slot, STACK_DYNPTR);
    setDynptrRow(w, spilledRow(slot), { id, sort, reference: ref });
    w[spilledRow(slot) + AUX3] = i === 0 ? 1 : 0;
  }
}

/** The row is a dynptr. */
export function setDynptrRow(w: Int32Array, row: number, { id, sort, reference }: Dynptr): void {
  clearRow(w, row);
  w[row + TYPE] = CONST_PTR_TO_DYNPTR;
  w[row + ID] = id;
  w[row + AUX] = sort;
  w[row + REF] = reference;
  w[row + AUX3] = 1;
}

/** The dynptr is given back: it, its clones and their slices are gone. */
export function giveDynptrBack(walk: Walk, register: number): Refusal | undefined {
  const place = placeOf(walk, { register, what: 'dynptr', slots: SLOTS });
  if ('errno' in place) return place;
  const { w, state } = walk;
  const row = spilledRow(slotAt(place.frame, place.first));
  const [id, reference] = [w[row + ID], w[row + REF]];
  if (reference === 0) {
    clearSlots(walk, place);
    forgetSlices(walk, id);
    return undefined;
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
  return undefined;
}

/** Whether the register leads to a dynptr whose reference may be given back. */
export function isCountedDynptr(walk: Walk, register: number): boolean {
  return (dynptrAt(walk, register)?.reference ?? 0) !== 0;
}

export function dynptrName(sort: number): string {
  return NAMES.find(([flag]) => (sort & flag) !== 0)?.[1] ?? 'unknown';
}

/** What a pointer to the dynptr's data is marked with. */
export function sliceFlag(sort: number): number {
  return sort & NAMES.reduce((all, [flag]) => all | flag, 0);
}

/** Sets the dynptr of a slice. */
export function markSlice(w: Int32Array, row: number, id: number): void {
  w[row + AUX2] = id;
}
