/*
 * Comparison of 64-bit numbers as pairs of words. BigInt would read nicer, and costs four to eight times as much
 * (bench/verifier.bench.ts).
 */

/** a < b, unsigned. */
export function ltU(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh >>> 0 < bHigh >>> 0;
}

/** a < b, signed. The high words are signed. */
export function ltS(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh < bHigh;
}

/** Whether the number at `a` is below the one at `b`, unsigned. */
export function belowU(w: Int32Array, a: number, b: number): boolean {
  return ltU(w[a], w[a + 1], w[b], w[b + 1]);
}

/** Whether the number at `a` is below the one at `b`, signed. */
export function belowS(w: Int32Array, a: number, b: number): boolean {
  return ltS(w[a], w[a + 1], w[b], w[b + 1]);
}

/** Raises the number at `at` to another, where that is greater. */
export function raiseU(w: Int32Array, at: number, low: number, high: number): void {
  if (ltU(w[at], w[at + 1], low, high)) set64(w, at, low, high);
}

export function raiseS(w: Int32Array, at: number, low: number, high: number): void {
  if (ltS(w[at], w[at + 1], low, high)) set64(w, at, low, high);
}

/** Lowers the number at `at` to another, where that is less. */
export function lowerU(w: Int32Array, at: number, low: number, high: number): void {
  if (ltU(low, high, w[at], w[at + 1])) set64(w, at, low, high);
}

export function lowerS(w: Int32Array, at: number, low: number, high: number): void {
  if (ltS(low, high, w[at], w[at + 1])) set64(w, at, low, high);
}

export function set64(w: Int32Array, at: number, low: number, high: number): void {
  w[at] = low;
  w[at + 1] = high;
}

/** Carry of the sum of two low words, whose low word is `sum`. */
export function carry(sum: number, addend: number): 0 | 1 {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

/** The number at `at`, unsigned. */
export function read64(w: Int32Array, at: number): bigint {
  return (BigInt(w[at + 1] >>> 0) << 32n) | BigInt(w[at] >>> 0);
}

/** The number at `at`, signed. */
export function readS64(w: Int32Array, at: number): bigint {
  return (BigInt(w[at + 1]) << 32n) | BigInt(w[at] >>> 0);
}

export function write64(w: Int32Array, at: number, value: bigint): void {
  w[at] = Number(BigInt.asIntN(32, value));
  w[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

/** Shifts the number at `at` in place by 0 to 63 bits. */
export function shiftLeft(w: Int32Array, at: number, by: number): void {
  const low = w[at];
  if (by === 0) return;
  if (by >= 32) set64(w, at, 0, low << (by - 32));
  else set64(w, at, low << by, (w[at + 1] << by) | (low >>> (32 - by)));
}

export function shiftRight(w: Int32Array, at: number, by: number): void {
  const high = w[at + 1];
  if (by === 0) return;
  if (by >= 32) set64(w, at, high >>> (by - 32), 0);
  else set64(w, at, (w[at] >>> by) | (high << (32 - by)), high >>> by);
}

/** The same, with copies of the highest bit from above. */
export function shiftRightSigned(w: Int32Array, at: number, by: number): void {
  const high = w[at + 1];
  if (by === 0) return;
  if (by >= 32) set64(w, at, high >> (by - 32), high >> 31);
  else set64(w, at, (w[at] >>> by) | (high << (32 - by)), high >> by);
}
