import { isKnown, setUnbounded, setUnbounded32, sync, zeroExtend } from './bounds.ts';
import { MASK, S32_MAX, S32_MIN, SMAX, SMIN, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from './row.ts';
import { set64 } from './words.ts';

/** The low `bits` (8, 16, 32) of the number, signed, become all of it (`wide`) or its low half. */
export function signExtend(w: Int32Array, r: number, { bits, wide }: { bits: number; wide: boolean }): void {
  if (wide) extend64(w, r, bits);
  else {
    extend32(w, r, bits);
    zeroExtend(w, r);
  }
  sync(w, r);
}

/** The low 8, 16 or 32 bits as a signed number. */
function signed(low: number, bits: number): number {
  return (low << (32 - bits)) >> (32 - bits);
}

function extend64(w: Int32Array, r: number, bits: number): void {
  if (isKnown(w, r)) {
    const value = signed(w[r + VALUE], bits);
    setRange(w, r, { min: value, max: value, bits });
    return;
  }
  // Where the bits above are the same at both ends, the ends stay ends (if in between the sign does not turn).
  const sameTop = w[r + SMIN + 1] === w[r + SMAX + 1] && (bits === 32 || w[r + SMIN] >> bits === w[r + SMAX] >> bits);
  setFromEnds(w, r, { low: w[r + SMIN], high: w[r + SMAX], bits, sameTop });
}

function extend32(w: Int32Array, r: number, bits: number): void {
  if (w[r + MASK] === 0) {
    const value = signed(w[r + VALUE], bits);
    setRange(w, r, { min: value, max: value, bits });
    return;
  }
  const sameTop = w[r + S32_MIN] >> bits === w[r + S32_MAX] >> bits;
  setFromEnds(w, r, { low: w[r + S32_MIN], high: w[r + S32_MAX], bits, sameTop });
}

interface Ends {
  readonly low: number;
  readonly high: number;
  readonly bits: number;
  readonly sameTop: boolean;
}

function setFromEnds(w: Int32Array, r: number, { low, high, bits, sameTop }: Ends): void {
  const [a, b] = [signed(low, bits), signed(high, bits)];
  if (sameTop && a >= 0 === b >= 0) setRange(w, r, { min: Math.min(a, b), max: Math.max(a, b), bits });
  else {
    const half = 2 ** (bits - 1);
    setRange(w, r, { min: -half, max: half - 1, bits });
  }
}

/** The number is one of the signed 32-bit numbers `min` to `max`. */
function setRange(w: Int32Array, r: number, { min, max }: { min: number; max: number; bits: number }): void {
  setUnbounded(w, r);
  setUnbounded32(w, r);
  set64(w, r + SMIN, min, min >> 31);
  set64(w, r + SMAX, max, max >> 31);
  w[r + S32_MIN] = min;
  w[r + S32_MAX] = max;
  if (min < 0 && max >= 0) {
    set64(w, r + VALUE, 0, 0);
    set64(w, r + MASK, -1, -1);
    return;
  }
  set64(w, r + UMIN, min, min >> 31);
  set64(w, r + UMAX, max, max >> 31);
  w[r + U32_MIN] = min;
  w[r + U32_MAX] = max;
  const differ = min ^ max;
  const open = differ === 0 ? 0 : -1 >>> Math.clz32(differ);
  set64(w, r + VALUE, min & ~open, min >> 31);
  set64(w, r + MASK, open, 0);
}
