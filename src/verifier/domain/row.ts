/*
 * A register (or a spilled one) is a row of 32-bit words in a typed array: copying a state is copying words. 64-bit
 * values take two words, the low one first. Whoever reads a row has the array `w` and the row's first word `r`.
 */

/** Words of one row. */
export const ROW = 28;

/** What the register holds: a type of `reg-type.ts` with its flags. */
export const TYPE = 0;
/** Pointers: constant bytes added to them, signed. */
export const OFF = 1;
/** Rows of one id hold the same scalar, or the same pointer but for constant bytes; 0: none. */
export const ID = 2;
/** The reference that the pointer stands for; 0: none. */
export const REF = 3;
/**
 * Packets: the bytes proven to be there (range). Maps and their values: the map's index. BTF pointers: the type's id. Memory:
 * its size. Functions: the subprogram. Dynptrs and iterators: their kind or type.
 */
export const AUX = 4;
/** Maps: the uid of an inner map. BTF pointers: the index of the BTF. Memory: the dynptr's id. Iterators: their state. */
export const AUX2 = 5;
/** Iterators: how often they went on. Dynptrs: 1 in the first slot. */
export const AUX3 = 6;
/** Stack pointers: the frame that they lead into. */
export const FRAME = 7;
/** 1: the exact value decided something, so that states are compared by it. */
export const PRECISE = 8;
/** Instruction that last wrote all of the register by a 32-bit operation, plus 1; 0: none. */
export const SUBREG = 9;

/** Known bits: where `MASK` is 0, the bit is that of `VALUE` (which is 0 where `MASK` is 1). */
export const VALUE = 10;
export const MASK = 12;
/** Bounds, each inclusive: signed and unsigned, of all 64 bits. */
export const SMIN = 14;
export const SMAX = 16;
export const UMIN = 18;
export const UMAX = 20;
/** Bounds of the low 32 bits, one word each. */
export const S32_MIN = 22;
export const S32_MAX = 23;
export const U32_MIN = 24;
export const U32_MAX = 25;

/** First word of what is known of a number. */
const SCALAR = VALUE;

export function copyRow(to: Int32Array, t: number, from: Int32Array, f: number): void {
  for (let i = 0; i < ROW; i++) to[t + i] = from[f + i];
}

/** Copies what is known of the number, and nothing else. */
export function copyNumber(to: Int32Array, t: number, from: Int32Array, f: number): void {
  for (let i = SCALAR; i < ROW; i++) to[t + i] = from[f + i];
}

export function clearRow(w: Int32Array, r: number): void {
  w.fill(0, r, r + ROW);
}
