import { setUnbounded, sync } from './bounds.ts';
import { MASK, VALUE } from './row.ts';
import { set64 } from './words.ts';

/** The low `bits` (16, 32, 64) of the number with their bytes the other way around; the rest is 0. Only bits are known. */
export function swapBytes(w: Int32Array, r: number, bits: number): void {
  for (const at of [r + VALUE, r + MASK]) {
    const [low, high] = [swap32(w[at]), swap32(w[at + 1])];
    if (bits === 64) set64(w, at, high, low);
    else set64(w, at, bits === 32 ? low : low >>> 16, 0);
  }
  setUnbounded(w, r);
  sync(w, r);
}

function swap32(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
