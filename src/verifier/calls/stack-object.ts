import { isKnown } from '../domain/bounds.ts';
import { clearRow, FRAME, OFF, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { STACK_INVALID, setSlotBytes, slotAt, slotByte, slotIndex, spilledRow } from '../state/frame.ts';
import type { Walk } from '../walk/walk.ts';

/** Where an object of the kernel lies, or is to lie, on a stack. */
export interface StackPlace {
  readonly frame: number;
  /** The slot that begins at the object's address: it has the highest number of the object's slots. */
  readonly first: number;
  readonly slots: number;
  /** All of it lies on what was used of the stack before. */
  readonly inUse: boolean;
}

export interface StackObject {
  readonly register: number;
  /** What it is, as messages say it: `dynptr`, `iter`, `irq_flag`. */
  readonly what: string;
  readonly slots: number;
}

/** Where on a stack the register leads to: objects take whole slots. */
export function placeOf(walk: Walk, { register, what, slots }: StackObject): StackPlace | Refusal {
  const { w, state } = walk;
  const row = walk.reg(register);
  if (!isKnown(w, row)) return walk.invalid(`${what} has to be at a constant offset`);
  const off = w[row + OFF] + w[row + VALUE];
  const first = slotIndex(off);
  if (off % 8 !== 0 || first + 1 < slots) return walk.invalid(`cannot pass in ${what} at an offset=${off}`);
  const frame = w[row + FRAME];
  return { frame, first, slots, inUse: first < state.slots[frame] };
}

/** The slots of an object, the first one first. */
export function slotsOf({ frame, first, slots }: StackPlace): number[] {
  return Array.from({ length: slots }, (_, i) => slotAt(frame, first - i));
}

/** Whether every byte of the object's slots is of that kind. */
export function isAll({ w }: Walk, place: StackPlace, what: number): boolean {
  if (!place.inUse) return false;
  return slotsOf(place).every((slot) => [0, 1, 2, 3, 4, 5, 6, 7].every((byte) => slotByte(w, slot, byte) === what));
}

/** Nothing is left in the slots. */
export function clearSlots(walk: Walk, place: StackPlace): void {
  const { w } = walk;
  writeSlots(walk, place);
  for (const slot of slotsOf(place)) {
    setSlotBytes(w, slot, STACK_INVALID);
    clearRow(w, spilledRow(slot));
  }
}

/** The object is read. */
export function readSlots(walk: Walk, { frame, first, slots }: StackPlace): void {
  for (let i = 0; i < slots; i++) {
    walk.readSlot(frame, first - i);
    walk.log?.touched.addSlot(first - i);
  }
}

/** The object is written anew. */
export function writeSlots(walk: Walk, { frame, first, slots }: StackPlace): void {
  for (let i = 0; i < slots; i++) walk.writeSlot(frame, first - i);
}
