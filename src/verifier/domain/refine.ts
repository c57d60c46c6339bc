import {
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
} from '../../isa/index.ts';
import { isKnown, isKnown32, setUnbounded, sync } from './bounds.ts';
import { type Comparison, JNSET, swappedOp } from './compare.ts';
import { MASK, S32_MAX, S32_MIN, SMAX, SMIN, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from './row.ts';
import { lowerS, lowerU, raiseS, raiseU, set64 } from './words.ts';

/** Both numbers learn that the comparison holds. They may be the same row. */
export function refine(w: Int32Array, comparison: Comparison): void {
  const { op, wide, d, s } = comparison;
  switch (op) {
    case BPF_JGE:
    case BPF_JGT:
    case BPF_JSGE:
    case BPF_JSGT:
      refine(w, { op: swappedOp(op), wide, d: s, s: d });
      return;
    case BPF_JEQ:
      if (wide) meet64(w, d, s);
      meet32(w, d, s);
      break;
    case BPF_JNE:
      differ(w, comparison);
      break;
    case BPF_JSET:
    case JNSET:
      refineBits(w, comparison);
      break;
    default:
      if (wide) order64(w, comparison);
      else order32(w, comparison);
  }
  sync(w, d);
  sync(w, s);
}

/** All that is known of one whole number is known of the other. */
function meet64(w: Int32Array, d: number, s: number): void {
  for (const [one, other] of [
    [d, s],
    [s, d],
  ]) {
    raiseU(w, one + UMIN, w[other + UMIN], w[other + UMIN + 1]);
    lowerU(w, one + UMAX, w[other + UMAX], w[other + UMAX + 1]);
    raiseS(w, one + SMIN, w[other + SMIN], w[other + SMIN + 1]);
    lowerS(w, one + SMAX, w[other + SMAX], w[other + SMAX + 1]);
  }
  meetBits(w, d + 1, s + 1);
}

function meet32(w: Int32Array, d: number, s: number): void {
  const umin = Math.max(w[d + U32_MIN] >>> 0, w[s + U32_MIN] >>> 0);
  const umax = Math.min(w[d + U32_MAX] >>> 0, w[s + U32_MAX] >>> 0);
  const smin = Math.max(w[d + S32_MIN], w[s + S32_MIN]);
  const smax = Math.min(w[d + S32_MAX], w[s + S32_MAX]);
  for (const r of [d, s]) {
    w[r + U32_MIN] = umin;
    w[r + U32_MAX] = umax;
    w[r + S32_MIN] = smin;
    w[r + S32_MAX] = smax;
  }
  meetBits(w, d, s);
}

/** One word of the bits. */
function meetBits(w: Int32Array, d: number, s: number): void {
  const open = w[d + MASK] & w[s + MASK];
  const value = (w[d + VALUE] | w[s + VALUE]) & ~open;
  w[d + VALUE] = value;
  w[s + VALUE] = value;
  w[d + MASK] = open;
  w[s + MASK] = open;
}

/** A range learns that its first or last number is none of it. */
function differ(w: Int32Array, { wide, d, s }: Comparison): void {
  const known = wide ? isKnown : isKnown32;
  const [r, point] = known(w, s) ? [d, s] : [s, d];
  if (!known(w, point)) return;
  const low = w[point + VALUE];
  if (!wide) {
    if (w[r + U32_MIN] === low) w[r + U32_MIN] = low + 1;
    if (w[r + U32_MAX] === low) w[r + U32_MAX] = low - 1;
    if (w[r + S32_MIN] === low) w[r + S32_MIN] = low + 1;
    if (w[r + S32_MAX] === low) w[r + S32_MAX] = low - 1;
    return;
  }
  const high = w[point + VALUE + 1];
  for (const at of [r + UMIN, r + SMIN]) if (w[at] === low && w[at + 1] === high) step(w, at, 1);
  for (const at of [r + UMAX, r + SMAX]) if (w[at] === low && w[at + 1] === high) step(w, at, -1);
}

/** Adds 1 or -1 to the number at `at`. */
function step(w: Int32Array, at: number, by: 1 | -1): void {
  const low = (w[at] + by) | 0;
  const turns = by === 1 ? low === 0 : low === -1;
  set64(w, at, low, turns ? (w[at + 1] + by) | 0 : w[at + 1]);
}

/** The numbers have a known bit in common (only one bit tells which it is), or none of the known bits. */
function refineBits(w: Int32Array, { op, wide, d, s }: Comparison): void {
  const known = wide ? isKnown : isKnown32;
  const [r, bits] = known(w, s) ? [d, s] : [s, d];
  if (!known(w, bits)) return;
  const low = w[bits + VALUE];
  const high = wide ? w[bits + VALUE + 1] : 0;
  if (op === JNSET) {
    // The ranges learn anew from the bits that are left.
    setUnbounded(w, r);
    for (const [at, mask] of [
      [r, low],
      [r + 1, high],
    ]) {
      w[at + VALUE] &= ~mask;
      w[at + MASK] &= ~mask;
    }
    return;
  }
  const single = (low === 0) !== (high === 0) && isPower(low === 0 ? high : low);
  if (!single) return;
  w[r + VALUE] |= low;
  w[r + MASK] &= ~low;
  w[r + VALUE + 1] |= high;
  w[r + MASK + 1] &= ~high;
}

function isPower(bits: number): boolean {
  return (bits & (bits - 1)) === 0;
}

/** `d` is at most `s`, or less. */
function order64(w: Int32Array, { op, d, s }: Comparison): void {
  const signed = op !== BPF_JLE && op !== BPF_JLT;
  const strict = op !== BPF_JLE && op !== BPF_JSLE;
  const [min, max] = signed ? [SMIN, SMAX] : [UMIN, UMAX];
  const [top, bottom] = [s + max, d + min];
  if (d === s) {
    // No number is less than itself: nothing comes this way, and the ends say so.
    if (!strict) return;
    step(w, top, -1);
    step(w, bottom, 1);
    return;
  }
  // The bound itself moves by one and back, where it is not one of those allowed.
  if (strict) step(w, top, -1);
  (signed ? lowerS : lowerU)(w, d + max, w[top], w[top + 1]);
  if (strict) {
    step(w, top, 1);
    step(w, bottom, 1);
  }
  (signed ? raiseS : raiseU)(w, s + min, w[bottom], w[bottom + 1]);
  if (strict) step(w, bottom, -1);
}

function order32(w: Int32Array, { op, d, s }: Comparison): void {
  const less = op === BPF_JLE || op === BPF_JSLE ? 0 : 1;
  if (op === BPF_JLE || op === BPF_JLT) {
    const top = (w[s + U32_MAX] - less) >>> 0;
    const bottom = (w[d + U32_MIN] + less) >>> 0;
    if (top < w[d + U32_MAX] >>> 0) w[d + U32_MAX] = top;
    if (bottom > w[s + U32_MIN] >>> 0) w[s + U32_MIN] = bottom;
  } else {
    const top = (w[s + S32_MAX] - less) | 0;
    const bottom = (w[d + S32_MIN] + less) | 0;
    if (top < w[d + S32_MAX]) w[d + S32_MAX] = top;
    if (bottom > w[s + S32_MIN]) w[s + S32_MIN] = bottom;
  }
}
