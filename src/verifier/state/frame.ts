import { ROW } from '../domain/row.ts';

/*
 * Where things lie in the words of a state: for each frame, eleven registers and the slots of its stack; after the
 * frames, a few rows for numbers that no register holds (the immediate of an instruction).
 */

/** Frames of one call chain at most. */
export const MAX_FRAMES = 8;
/** Slots of eight bytes that a stack may have. */
export const MAX_SLOTS = 64;
const REGISTERS = 11;
/** A slot: what each of its eight bytes is (one byte each), then the row of what was spilled there. */
export const SLOT = 2 + ROW;
/** Words of a frame's registers. */
export const REGS_WORDS = REGISTERS * ROW;
export const FRAME_WORDS = REGS_WORDS + MAX_SLOTS * SLOT;

/** Rows for numbers that are in no register. */
const SCRATCH_ROWS = 4;
export const STATE_WORDS = MAX_FRAMES * FRAME_WORDS + SCRATCH_ROWS * ROW;

/** Row of a register. */
export function regRow(frame: number, register: number): number {
  return frame * FRAME_WORDS + register * ROW;
}

/** Slot `index` of a stack: slot 0 is the one below the frame pointer. */
export function slotAt(frame: number, index: number): number {
  return frame * FRAME_WORDS + REGS_WORDS + index * SLOT;
}

/** Row of what was spilled to a slot. */
export function spilledRow(slot: number): number {
  return slot + 2;
}

export function scratchRow(index: number): number {
  return MAX_FRAMES * FRAME_WORDS + index * ROW;
}

/** What one byte of a stack is. */
export const STACK_INVALID = 0;
export const STACK_SPILL = 1;
export const STACK_MISC = 2;
export const STACK_ZERO = 3;
export const STACK_DYNPTR = 4;
export const STACK_ITER = 5;
export const STACK_IRQ_FLAG = 6;

/** What byte `byte` of a slot is; byte 7 is the lowest in memory, byte 0 the one next to the slot above. */
export function slotByte(w: Int32Array, slot: number, byte: number): number {
  return (w[slot + (byte >> 2)] >>> ((byte & 3) << 3)) & 0xff;
}

export function setSlotByte(w: Int32Array, slot: number, byte: number, what: number): void {
  const shift = (byte & 3) << 3;
  const at = slot + (byte >> 2);
  w[at] = (w[at] & ~(0xff << shift)) | (what << shift);
}

/** All eight bytes of a slot at once. */
export function setSlotBytes(w: Int32Array, slot: number, what: number): void {
  w[slot] = what * 0x0101_0101;
  w[slot + 1] = what * 0x0101_0101;
}

/** The slot that the byte at `off` (negative, from the frame pointer) lies in. */
export function slotIndex(off: number): number {
  return (-off - 1) >> 3;
}
