import { isKnown } from './bounds.ts';
import { MASK, VALUE } from './row.ts';
import { read64, readS64 } from './words.ts';

/** The known bits as messages say them: the number itself, or `(value; mask)`. */
export function bitsText(w: Int32Array, r: number): string {
  if (isKnown(w, r)) return `${readS64(w, r + VALUE)}`;
  return pairText(w, r);
}

/** The known bits as `(value; mask)`, a known number too. */
export function pairText(w: Int32Array, r: number): string {
  return `(0x${read64(w, r + VALUE).toString(16)}; 0x${read64(w, r + MASK).toString(16)})`;
}
