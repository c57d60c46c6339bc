import { isKnown, setUnbounded32, sync } from './bounds.ts';
import { MASK, SMAX, SMIN, UMAX, UMIN, VALUE } from './row.ts';
import { set64 } from './words.ts';

/** Only the low `size` bytes (1, 2, 4, 8) of the number are left, the rest is 0. */
export function narrow(w: Int32Array, r: number, size: number): void {
  if (size >= 8) return;
  const keep = size === 4 ? -1 : (1 << (8 * size)) - 1;
  const sameTop = w[r + UMIN + 1] === w[r + UMAX + 1] && ((w[r + UMIN] ^ w[r + UMAX]) & ~keep) === 0;
  w[r + VALUE] &= keep;
  w[r + MASK] &= keep;
  w[r + VALUE + 1] = 0;
  w[r + MASK + 1] = 0;
  // The low part keeps its range where nothing above it changes inside.
  set64(w, r + UMIN, sameTop ? w[r + UMIN] & keep : 0, 0);
  set64(w, r + UMAX, sameTop ? w[r + UMAX] & keep : keep, 0);
  set64(w, r + SMIN, w[r + UMIN], 0);
  set64(w, r + SMAX, w[r + UMAX], 0);
  if (size < 4) setUnbounded32(w, r);
  sync(w, r);
}

/** Whether the number needs no more than `size` bytes, as an unsigned one. */
export function fitsIn(w: Int32Array, r: number, size: number): boolean {
  if (size >= 8) return true;
  if (w[r + UMAX + 1] !== 0) return false;
  return size === 4 || w[r + UMAX] >>> 0 < 1 << (8 * size);
}

/** Whether the number is known to be 0. */
export function isZero(w: Int32Array, r: number): boolean {
  return isKnown(w, r) && w[r + VALUE] === 0 && w[r + VALUE + 1] === 0;
}
