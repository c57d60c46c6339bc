import { MASK, VALUE } from './row.ts';
import { carry, read64, set64, shiftLeft, shiftRight, shiftRightSigned, write64 } from './words.ts';

/*
 * Arithmetic of numbers of which some bits are known ("tristate numbers"), at `VALUE` and `MASK` of a row. The formulas
 * for sums and differences are proven to lose nothing.
 * @see H. Vishwanathan et al., Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers, CGO 2022
 */

/** d + s. */
export function addBits(w: Int32Array, d: number, s: number): void {
  const [dv, dm, sv, sm] = [d + VALUE, d + MASK, s + VALUE, s + MASK];
  const sumLow = (w[dv] + w[sv]) | 0;
  const sumHigh = (w[dv + 1] + w[sv + 1] + carry(sumLow, w[sv])) | 0;
  const openLow = (w[dm] + w[sm]) | 0;
  const openHigh = (w[dm + 1] + w[sm + 1] + carry(openLow, w[sm])) | 0;
  const mostLow = (sumLow + openLow) | 0;
  const mostHigh = (sumHigh + openHigh + carry(mostLow, openLow)) | 0;
  const maskLow = (mostLow ^ sumLow) | w[dm] | w[sm];
  const maskHigh = (mostHigh ^ sumHigh) | w[dm + 1] | w[sm + 1];
  set64(w, dv, sumLow & ~maskLow, sumHigh & ~maskHigh);
  set64(w, dm, maskLow, maskHigh);
}

/** d - s. */
export function subBits(w: Int32Array, d: number, s: number): void {
  const [dv, dm, sv, sm] = [d + VALUE, d + MASK, s + VALUE, s + MASK];
  const low = (w[dv] - w[sv]) | 0;
  const high = (w[dv + 1] - w[sv + 1] - borrow(w[dv], w[sv])) | 0;
  const mostLow = (low + w[dm]) | 0;
  const mostHigh = (high + w[dm + 1] + carry(mostLow, w[dm])) | 0;
  const leastLow = (low - w[sm]) | 0;
  const leastHigh = (high - w[sm + 1] - borrow(low, w[sm])) | 0;
  const maskLow = (mostLow ^ leastLow) | w[dm] | w[sm];
  const maskHigh = (mostHigh ^ leastHigh) | w[dm + 1] | w[sm + 1];
  set64(w, dv, low & ~maskLow, high & ~maskHigh);
  set64(w, dm, maskLow, maskHigh);
}

/** What is borrowed from the high word where `b` is taken from the low word `a`. */
export function borrow(a: number, b: number): 0 | 1 {
  return a >>> 0 < b >>> 0 ? 1 : 0;
}

export function andBits(w: Int32Array, d: number, s: number): void {
  for (const half of [0, 1]) {
    const [dv, dm, sv, sm] = [d + VALUE + half, d + MASK + half, s + VALUE + half, s + MASK + half];
    const most = (w[dv] | w[dm]) & (w[sv] | w[sm]);
    const ones = w[dv] & w[sv];
    w[dv] = ones;
    w[dm] = most & ~ones;
  }
}

export function orBits(w: Int32Array, d: number, s: number): void {
  for (const half of [0, 1]) {
    const [dv, dm, sv, sm] = [d + VALUE + half, d + MASK + half, s + VALUE + half, s + MASK + half];
    const ones = w[dv] | w[sv];
    w[dm] = (w[dm] | w[sm]) & ~ones;
    w[dv] = ones;
  }
}

export function xorBits(w: Int32Array, d: number, s: number): void {
  for (const half of [0, 1]) {
    const [dv, dm, sv, sm] = [d + VALUE + half, d + MASK + half, s + VALUE + half, s + MASK + half];
    const open = w[dm] | w[sm];
    w[dv] = (w[dv] ^ w[sv]) & ~open;
    w[dm] = open;
  }
}

const ALL = (1n << 64n) - 1n;

/** d * s: long multiplication, where a bit that may be set or not adds a row or does not. */
export function mulBits(w: Int32Array, d: number, s: number): void {
  let [value, mask] = [read64(w, d + VALUE), read64(w, d + MASK)];
  let [factor, open] = [read64(w, s + VALUE), read64(w, s + MASK)];
  let [sum, sumOpen] = [0n, 0n];
  while (value !== 0n || mask !== 0n) {
    if (value & 1n) [sum, sumOpen] = plus(sum, sumOpen, factor, open);
    else if (mask & 1n) {
      const [other, otherOpen] = plus(sum, sumOpen, factor, open);
      const differ = (sum ^ other) | sumOpen | otherOpen;
      [sum, sumOpen] = [sum & other & ~differ, differ];
    }
    value >>= 1n;
    mask >>= 1n;
    factor = (factor << 1n) & ALL;
    open = (open << 1n) & ALL;
  }
  write64(w, d + VALUE, sum);
  write64(w, d + MASK, sumOpen);
}

function plus(value: bigint, open: bigint, addend: bigint, addendOpen: bigint): [bigint, bigint] {
  const sum = (value + addend) & ALL;
  const most = (sum + open + addendOpen) & ALL;
  const mask = (most ^ sum) | open | addendOpen;
  return [sum & ~mask & ALL, mask];
}

/** Shifts what is known by a known number of bits, below 64. */
export function shiftBitsLeft(w: Int32Array, r: number, by: number): void {
  shiftLeft(w, r + VALUE, by);
  shiftLeft(w, r + MASK, by);
}

export function shiftBitsRight(w: Int32Array, r: number, by: number): void {
  shiftRight(w, r + VALUE, by);
  shiftRight(w, r + MASK, by);
}

/** The same where the highest bit is repeated. */
export function shiftBitsRightSigned(w: Int32Array, r: number, by: number): void {
  shiftRightSigned(w, r + VALUE, by);
  shiftRightSigned(w, r + MASK, by);
}
