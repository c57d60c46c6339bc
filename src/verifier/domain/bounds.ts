import { isMember, next, nextMember } from './members.ts';
import { MASK, S32_MAX, S32_MIN, SMAX, SMIN, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from './row.ts';
import { belowS, belowU, lowerS, lowerU, ltS, ltU, raiseS, raiseU, set64 } from './words.ts';

/*
 * What is known of a number is known in five ways at once: bits, and four ranges (signed and unsigned, of 64 and of 32
 * bits). Each way may teach the others. `sync` lets them, in the order in which Linux does, so that the same is known
 * after it.
 * @see Documentation/bpf/verifier.rst (v6.12)
 */

const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;

/** Nothing is known of the number. */
export function setUnbounded(w: Int32Array, r: number): void {
  set64(w, r + SMIN, 0, INT_MIN);
  set64(w, r + SMAX, -1, INT_MAX);
  set64(w, r + UMIN, 0, 0);
  set64(w, r + UMAX, -1, -1);
  setUnbounded32(w, r);
}

/** Nothing is known of the low 32 bits. */
export function setUnbounded32(w: Int32Array, r: number): void {
  w[r + S32_MIN] = INT_MIN;
  w[r + S32_MAX] = INT_MAX;
  w[r + U32_MIN] = 0;
  w[r + U32_MAX] = -1;
}

/** Nothing is known, bits included. */
export function setUnknownNumber(w: Int32Array, r: number): void {
  set64(w, r + VALUE, 0, 0);
  set64(w, r + MASK, -1, -1);
  setUnbounded(w, r);
}

/** The number is this one. */
export function setKnownNumber(w: Int32Array, r: number, low: number, high: number): void {
  set64(w, r + VALUE, low, high);
  set64(w, r + MASK, 0, 0);
  set64(w, r + SMIN, low, high);
  set64(w, r + SMAX, low, high);
  set64(w, r + UMIN, low, high);
  set64(w, r + UMAX, low, high);
  w[r + S32_MIN] = low;
  w[r + S32_MAX] = low;
  w[r + U32_MIN] = low;
  w[r + U32_MAX] = low;
}

/** Whether all bits are known. */
export function isKnown(w: Int32Array, r: number): boolean {
  return w[r + MASK] === 0 && w[r + MASK + 1] === 0;
}

/** Whether the low 32 bits are known. */
export function isKnown32(w: Int32Array, r: number): boolean {
  return w[r + MASK] === 0;
}

/** The ranges learn from the bits. */
export function boundsFromBits(w: Int32Array, r: number): void {
  const value = w[r + VALUE];
  const valueHigh = w[r + VALUE + 1];
  const mask = w[r + MASK];
  const maskHigh = w[r + MASK + 1];
  raiseS(w, r + SMIN, value, valueHigh | (maskHigh & INT_MIN));
  lowerS(w, r + SMAX, value | mask, valueHigh | (maskHigh & INT_MAX));
  raiseU(w, r + UMIN, value, valueHigh);
  lowerU(w, r + UMAX, value | mask, valueHigh | maskHigh);
  bounds32FromBits(w, r);
  learnOnly(w, r);
}

/** Where the unsigned range has only one number of those that the bits allow, that is the number. */
function learnOnly(w: Int32Array, r: number): void {
  const [umin, umax] = [r + UMIN, r + UMAX];
  const isFirst = isMember(w, r, umin);
  // Nearly always the next number is one, too.
  if (isFirst && w[r + MASK] & ~w[umin] & 1 && belowU(w, umin, umax)) return;
  nextMember(w, r, { low: w[umin], high: w[umin + 1] });
  const [low, high] = next;
  const isBeyond = ltU(w[umax], w[umax + 1], low, high);
  if (isFirst) {
    if (isBeyond) setKnownNumber(w, r, w[umin], w[umin + 1]);
    return;
  }
  const isLast = low === (w[r + VALUE] | w[r + MASK]) && high === (w[r + VALUE + 1] | w[r + MASK + 1]);
  if (!isLast) {
    if (isBeyond) return;
    nextMember(w, r, { low, high });
    if (!ltU(w[umax], w[umax + 1], next[0], next[1])) return;
  }
  setKnownNumber(w, r, low, high);
}

/** The ranges of the low 32 bits learn from the bits. */
export function bounds32FromBits(w: Int32Array, r: number): void {
  const value = w[r + VALUE];
  const mask = w[r + MASK];
  narrowS32(w, r, value | (mask & INT_MIN), value | (mask & INT_MAX));
  narrowU32(w, r, value, value | mask);
}

function narrowS32(w: Int32Array, r: number, min: number, max: number): void {
  if (min > w[r + S32_MIN]) w[r + S32_MIN] = min;
  if (max < w[r + S32_MAX]) w[r + S32_MAX] = max;
}

function narrowU32(w: Int32Array, r: number, min: number, max: number): void {
  if (min >>> 0 > w[r + U32_MIN] >>> 0) w[r + U32_MIN] = min;
  if (max >>> 0 < w[r + U32_MAX] >>> 0) w[r + U32_MAX] = max;
}

/** The ranges of the low half learn from those of the whole, and from each other. */
function deduce32(w: Int32Array, r: number): void {
  const umin = w[r + UMIN];
  const umax = w[r + UMAX];
  const uminHigh = w[r + UMIN + 1];
  const umaxHigh = w[r + UMAX + 1];
  if (uminHigh === umaxHigh) {
    // No bound is crossed where the low half would begin again.
    narrowU32(w, r, umin, umax);
    if (umin <= umax) narrowS32(w, r, umin, umax);
  }
  const smin = w[r + SMIN];
  const smax = w[r + SMAX];
  const sminHigh = w[r + SMIN + 1];
  const smaxHigh = w[r + SMAX + 1];
  if (sminHigh === smaxHigh) {
    if (smin >>> 0 <= smax >>> 0) narrowU32(w, r, smin, smax);
    if (smin <= smax) narrowS32(w, r, smin, smax);
  }
  // From the negative half of one to the positive half of the next: one run of signed numbers.
  if (((uminHigh + 1) | 0) === umaxHigh && umin < 0 && umax >= 0) narrowS32(w, r, umin, umax);
  if (((sminHigh + 1) | 0) === smaxHigh && smin < 0 && smax >= 0) narrowS32(w, r, smin, smax);
  if (w[r + U32_MIN] <= w[r + U32_MAX]) narrowS32(w, r, w[r + U32_MIN], w[r + U32_MAX]);
  const [low, high] = [w[r + S32_MIN], w[r + S32_MAX]];
  if (low >>> 0 <= high >>> 0) narrowU32(w, r, low, high);
  else if (w[r + U32_MAX] >>> 0 < low >>> 0) {
    // As below, for 32 bits: the negative part of the signed range lies above the unsigned one.
    w[r + S32_MIN] = w[r + U32_MIN];
    if (high >>> 0 < w[r + U32_MAX] >>> 0) w[r + U32_MAX] = high;
  } else if (high >>> 0 < w[r + U32_MIN] >>> 0) {
    w[r + S32_MAX] = w[r + U32_MAX];
    if (low >>> 0 > w[r + U32_MIN] >>> 0) w[r + U32_MIN] = low;
  }
}

/** The signed and the unsigned range of the whole learn from each other. */
function deduce64(w: Int32Array, r: number): void {
  const [umin, umax, smin, smax] = [r + UMIN, r + UMAX, r + SMIN, r + SMAX];
  if (!belowS(w, umax, umin)) {
    raiseS(w, smin, w[umin], w[umin + 1]);
    lowerS(w, smax, w[umax], w[umax + 1]);
  }
  if (!belowU(w, smax, smin)) {
    raiseU(w, umin, w[smin], w[smin + 1]);
    lowerU(w, umax, w[smax], w[smax + 1]);
  } else if (belowU(w, umax, smin)) {
    // The signed range goes around zero, and its negative part lies above the unsigned one: only the other counts.
    set64(w, smin, w[umin], w[umin + 1]);
    lowerU(w, umax, w[smax], w[smax + 1]);
  } else if (belowU(w, smax, umin)) {
    set64(w, smax, w[umax], w[umax + 1]);
    raiseU(w, umin, w[smin], w[smin + 1]);
  }
}

/** The ranges of the whole learn from those of the low half. */
function deduceMixed(w: Int32Array, r: number): void {
  const umin = r + UMIN;
  const umax = r + UMAX;
  raiseU(w, umin, w[r + U32_MIN], w[umin + 1]);
  lowerU(w, umax, w[r + U32_MAX], w[umax + 1]);
  const smin = r + SMIN;
  const smax = r + SMAX;
  raiseS(w, smin, w[r + U32_MIN], w[smin + 1]);
  lowerS(w, smax, w[r + U32_MAX], w[smax + 1]);
  const low = w[r + S32_MIN];
  const high = w[r + S32_MAX];
  if (low < 0) return;
  // A signed 32-bit number in all 64 bits, and not negative: the halves say the same.
  if (ltS(w[smin], w[smin + 1], INT_MIN, -1) || ltS(INT_MAX, 0, w[smax], w[smax + 1])) return;
  set64(w, smin, low, 0);
  set64(w, smax, high, 0);
  set64(w, umin, low, 0);
  set64(w, umax, high, 0);
  intersectRange(w, r, { minLow: low, minHigh: 0, maxLow: high, maxHigh: 0 });
}

function deduce(w: Int32Array, r: number): void {
  deduce32(w, r);
  deduce64(w, r);
  deduceMixed(w, r);
}

interface Range64 {
  readonly minLow: number;
  readonly minHigh: number;
  readonly maxLow: number;
  readonly maxHigh: number;
}

/** The bits learn that the number lies in a range: those above the highest that differs between its ends. */
function intersectRange(w: Int32Array, r: number, { minLow, minHigh, maxLow, maxHigh }: Range64): void {
  const differ = minHigh ^ maxHigh;
  const openHigh = differ === 0 ? 0 : fillBelow(differ);
  const openLow = differ === 0 ? fillBelow(minLow ^ maxLow) : -1;
  intersectBits(w, r + VALUE, minLow & ~openLow, openLow);
  intersectBits(w, r + VALUE + 1, minHigh & ~openHigh, openHigh);
}

/** One word of the bits learns another reading of the same bits. */
function intersectBits(w: Int32Array, at: number, value: number, mask: number): void {
  const both = w[at] | value;
  const open = w[at + 2] & mask;
  w[at] = both & ~open;
  w[at + 2] = open;
}

/** All bits from the highest set one down. */
function fillBelow(bits: number): number {
  return bits === 0 ? 0 : -1 >>> Math.clz32(bits);
}

/** The bits learn from the ranges. */
export function bitsFromBounds(w: Int32Array, r: number): void {
  intersectRange(w, r, {
    minLow: w[r + UMIN],
    minHigh: w[r + UMIN + 1],
    maxLow: w[r + UMAX],
    maxHigh: w[r + UMAX + 1],
  });
  const open = fillBelow(w[r + U32_MIN] ^ w[r + U32_MAX]);
  intersectBits(w, r + VALUE, w[r + U32_MIN] & ~open, open);
}

/** Everything learns from everything. */
export function sync(w: Int32Array, r: number): void {
  if (isKnown(w, r) && isPoint(w, r)) return;
  boundsFromBits(w, r);
  deduce(w, r);
  deduce(w, r);
  deduce(w, r);
  bitsFromBounds(w, r);
  boundsFromBits(w, r);
}

/** Whether the ranges, too, are the one number that the bits say: then nothing is left to learn. */
function isPoint(w: Int32Array, r: number): boolean {
  const low = w[r + VALUE];
  const high = w[r + VALUE + 1];
  for (let at = SMIN; at <= UMAX; at += 2) if (w[r + at] !== low || w[r + at + 1] !== high) return false;
  return w[r + S32_MIN] === low && w[r + S32_MAX] === low && w[r + U32_MIN] === low && w[r + U32_MAX] === low;
}

/** Whether some range is empty: no run of the program gets here. */
export function isImpossible(w: Int32Array, r: number): boolean {
  return (
    ltU(w[r + UMAX], w[r + UMAX + 1], w[r + UMIN], w[r + UMIN + 1]) ||
    ltS(w[r + SMAX], w[r + SMAX + 1], w[r + SMIN], w[r + SMIN + 1]) ||
    w[r + U32_MAX] >>> 0 < w[r + U32_MIN] >>> 0 ||
    w[r + S32_MAX] < w[r + S32_MIN]
  );
}

/** The high half becomes 0: what a 32-bit operation leaves behind. */
export function zeroExtend(w: Int32Array, r: number): void {
  w[r + VALUE + 1] = 0;
  w[r + MASK + 1] = 0;
  set64(w, r + UMIN, w[r + U32_MIN], 0);
  set64(w, r + UMAX, w[r + U32_MAX], 0);
  if (w[r + S32_MIN] >= 0) {
    set64(w, r + SMIN, w[r + S32_MIN], 0);
    set64(w, r + SMAX, w[r + S32_MAX], 0);
  } else {
    set64(w, r + SMIN, 0, 0);
    set64(w, r + SMAX, -1, 0);
  }
  sync(w, r);
}
