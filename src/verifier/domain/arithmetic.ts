import { BPF_ADD, BPF_AND, BPF_ARSH, BPF_LSH, BPF_MUL, BPF_OR, BPF_RSH, BPF_SUB, BPF_XOR } from '../../isa/index.ts';
import {
  addBits,
  andBits,
  borrow,
  mulBits,
  orBits,
  shiftBitsLeft,
  shiftBitsRight,
  shiftBitsRightSigned,
  subBits,
  xorBits,
} from './bits.ts';
import {
  bounds32FromBits,
  boundsFromBits,
  isKnown,
  isKnown32,
  setUnbounded32,
  setUnknownNumber,
  sync,
  zeroExtend,
} from './bounds.ts';
import { MASK, PRECISE, S32_MAX, S32_MIN, SMAX, SMIN, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from './row.ts';
import {
  belowS,
  belowU,
  carry,
  lowerU,
  ltU,
  raiseU,
  read64,
  readS64,
  set64,
  shiftLeft,
  shiftRight,
  shiftRightSigned,
  write64,
} from './words.ts';

const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;

/** An operation on the numbers of two rows of `w`: the one at `d` becomes what it gives. */
type Operation = (w: Int32Array, d: number, s: number) => void;

const WIDE: Readonly<Record<number, Operation>> = {
  [BPF_ADD]: add,
  [BPF_SUB]: sub,
  [BPF_MUL]: mul,
  [BPF_AND]: and,
  [BPF_OR]: or,
  [BPF_XOR]: xor,
  [BPF_LSH]: lsh64,
  [BPF_RSH]: rsh64,
  [BPF_ARSH]: arsh64,
};

/** The same where only the low halves count; what they leave in the high half is of no interest. */
const NARROW: Readonly<Record<number, Operation>> = { ...WIDE, [BPF_LSH]: lsh32, [BPF_RSH]: rsh32, [BPF_ARSH]: arsh32 };

export interface Computation {
  /** BPF_ADD to BPF_END. */
  readonly op: number;
  /** 64 bits, or 32 and the high half 0. */
  readonly wide: boolean;
  /** Rows of the two numbers; the result is in the first. They are not the same row. */
  readonly d: number;
  readonly s: number;
}

/** The number at `d` becomes `d op s`, as far as anything is known of it: nothing after BPF_DIV, BPF_MOD and BPF_END. */
export function computeNumber(w: Int32Array, { op, wide, d, s }: Computation): void {
  const operation = wide ? WIDE[op] : NARROW[op];
  if (operation === undefined || !isComputable(w, op, { wide, s })) {
    // Not even that the high half is 0.
    setUnknownNumber(w, d);
    w[d + PRECISE] = 0;
    return;
  }
  operation(w, d, s);
  if (!wide) zeroExtend(w, d);
  sync(w, d);
}

/** Whether anything is known of the result: a shift has to be by a known number of bits. */
function isComputable(w: Int32Array, op: number, { wide, s }: { wide: boolean; s: number }): boolean {
  if (op !== BPF_LSH && op !== BPF_RSH && op !== BPF_ARSH) return true;
  return (wide ? isKnown(w, s) : isKnown32(w, s)) && ltU(w[s + UMAX], w[s + UMAX + 1], wide ? 64 : 32, 0);
}

function add(w: Int32Array, d: number, s: number): void {
  add32(w, d, s);
  add64(w, d, s);
  addBits(w, d, s);
}

function sub(w: Int32Array, d: number, s: number): void {
  sub32(w, d, s);
  sub64(w, d, s);
  subBits(w, d, s);
}

function mul(w: Int32Array, d: number, s: number): void {
  mulBits(w, d, s);
  mul32(w, d, s);
  mul64(w, d, s);
}

function unboundedU(w: Int32Array, r: number): void {
  set64(w, r + UMIN, 0, 0);
  set64(w, r + UMAX, -1, -1);
}

function unboundedS(w: Int32Array, r: number): void {
  set64(w, r + SMIN, 0, INT_MIN);
  set64(w, r + SMAX, -1, INT_MAX);
}

function add64(w: Int32Array, d: number, s: number): void {
  const low = addOverflowsS(w, d + SMIN, s + SMIN);
  const high = addOverflowsS(w, d + SMAX, s + SMAX);
  addInto(w, d + SMIN, s + SMIN);
  addInto(w, d + SMAX, s + SMAX);
  if (low || high) unboundedS(w, d);
  addInto(w, d + UMIN, s + UMIN);
  addInto(w, d + UMAX, s + UMAX);
  const wrapsLow = belowU(w, d + UMIN, s + UMIN);
  const wrapsHigh = belowU(w, d + UMAX, s + UMAX);
  // Where both ends wrap, so does all between them, and the ends still are ends.
  if (!wrapsLow && wrapsHigh) unboundedU(w, d);
}

function addInto(w: Int32Array, d: number, s: number): void {
  const low = (w[d] + w[s]) | 0;
  set64(w, d, low, (w[d + 1] + w[s + 1] + carry(low, w[s])) | 0);
}

function addOverflowsS(w: Int32Array, d: number, s: number): boolean {
  const low = (w[d] + w[s]) | 0;
  const high = (w[d + 1] + w[s + 1] + carry(low, w[s])) | 0;
  return ((w[d + 1] ^ high) & (w[s + 1] ^ high)) < 0;
}

function add32(w: Int32Array, d: number, s: number): void {
  const min = w[d + S32_MIN] + w[s + S32_MIN];
  const max = w[d + S32_MAX] + w[s + S32_MAX];
  const fits = min >= INT_MIN && max <= INT_MAX && min <= INT_MAX && max >= INT_MIN;
  w[d + S32_MIN] = fits ? min : INT_MIN;
  w[d + S32_MAX] = fits ? max : INT_MAX;
  const umin = (w[d + U32_MIN] >>> 0) + (w[s + U32_MIN] >>> 0);
  const umax = (w[d + U32_MAX] >>> 0) + (w[s + U32_MAX] >>> 0);
  const splits = umin <= 0xffff_ffff && umax > 0xffff_ffff;
  w[d + U32_MIN] = splits ? 0 : umin;
  w[d + U32_MAX] = splits ? -1 : umax;
}

function sub64(w: Int32Array, d: number, s: number): void {
  const [smin, smax, umin, umax] = [d + SMIN, d + SMAX, d + UMIN, d + UMAX];
  const fits = !subOverflowsS(w, smin, s + SMAX) && !subOverflowsS(w, smax, s + SMIN);
  subInto(w, smin, s + SMAX);
  subInto(w, smax, s + SMIN);
  if (!fits) unboundedS(w, d);
  const wrapsLow = belowU(w, umin, s + UMAX);
  const wrapsHigh = belowU(w, umax, s + UMIN);
  subInto(w, umin, s + UMAX);
  subInto(w, umax, s + UMIN);
  if (wrapsLow && !wrapsHigh) unboundedU(w, d);
}

function subInto(w: Int32Array, d: number, s: number): void {
  const taken = borrow(w[d], w[s]);
  set64(w, d, (w[d] - w[s]) | 0, (w[d + 1] - w[s + 1] - taken) | 0);
}

function subOverflowsS(w: Int32Array, d: number, s: number): boolean {
  const high = (w[d + 1] - w[s + 1] - borrow(w[d], w[s])) | 0;
  return ((w[d + 1] ^ w[s + 1]) & (w[d + 1] ^ high)) < 0;
}

function sub32(w: Int32Array, d: number, s: number): void {
  const min = w[d + S32_MIN] - w[s + S32_MAX];
  const max = w[d + S32_MAX] - w[s + S32_MIN];
  const fits = min >= INT_MIN && max <= INT_MAX && min <= INT_MAX && max >= INT_MIN;
  w[d + S32_MIN] = fits ? min : INT_MIN;
  w[d + S32_MAX] = fits ? max : INT_MAX;
  const umin = (w[d + U32_MIN] >>> 0) - (w[s + U32_MAX] >>> 0);
  const umax = (w[d + U32_MAX] >>> 0) - (w[s + U32_MIN] >>> 0);
  const splits = umin < 0 && umax >= 0;
  w[d + U32_MIN] = splits ? 0 : umin;
  w[d + U32_MAX] = splits ? -1 : umax;
}

const U64_END = 1n << 64n;
const S64_END = 1n << 63n;

function mul64(w: Int32Array, d: number, s: number): void {
  const [umin, umax] = [read64(w, d + UMIN) * read64(w, s + UMIN), read64(w, d + UMAX) * read64(w, s + UMAX)];
  if (umax >= U64_END) unboundedU(w, d);
  else {
    write64(w, d + UMIN, umin);
    write64(w, d + UMAX, umax);
  }
  const [a, b] = [readS64(w, d + SMIN), readS64(w, d + SMAX)];
  const [x, y] = [readS64(w, s + SMIN), readS64(w, s + SMAX)];
  const corners = [a * x, a * y, b * x, b * y];
  corners.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  if (corners[0] < -S64_END || corners[3] >= S64_END) unboundedS(w, d);
  else {
    write64(w, d + SMIN, corners[0]);
    write64(w, d + SMAX, corners[3]);
  }
}

function mul32(w: Int32Array, d: number, s: number): void {
  const top = BigInt(w[d + U32_MAX] >>> 0) * BigInt(w[s + U32_MAX] >>> 0);
  const fits = top <= 0xffff_ffffn;
  w[d + U32_MIN] = fits ? Math.imul(w[d + U32_MIN], w[s + U32_MIN]) : 0;
  w[d + U32_MAX] = fits ? Number(top) : -1;
  const [a, b, x, y] = [w[d + S32_MIN], w[d + S32_MAX], w[s + S32_MIN], w[s + S32_MAX]];
  // Products of two 32-bit numbers may be inexact as doubles only where they do not fit anyway.
  const corners = [a * x, a * y, b * x, b * y];
  const bounded = corners.every((corner) => corner >= INT_MIN && corner <= INT_MAX);
  w[d + S32_MIN] = bounded ? Math.min(...corners) : INT_MIN;
  w[d + S32_MAX] = bounded ? Math.max(...corners) : INT_MAX;
}

/** After a bitwise operation: the signed ranges are what the unsigned ones say, where these do not cross the sign. */
function signedFromUnsigned(w: Int32Array, d: number): void {
  const [umin, umax] = [d + UMIN, d + UMAX];
  if (!belowS(w, umax, umin)) {
    set64(w, d + SMIN, w[umin], w[umin + 1]);
    set64(w, d + SMAX, w[umax], w[umax + 1]);
  } else unboundedS(w, d);
  const crosses = w[d + U32_MIN] > w[d + U32_MAX];
  w[d + S32_MIN] = crosses ? INT_MIN : w[d + U32_MIN];
  w[d + S32_MAX] = crosses ? INT_MAX : w[d + U32_MAX];
}

function and(w: Int32Array, d: number, s: number): void {
  andBits(w, d, s);
  set64(w, d + UMIN, w[d + VALUE], w[d + VALUE + 1]);
  lowerU(w, d + UMAX, w[s + UMAX], w[s + UMAX + 1]);
  w[d + U32_MIN] = w[d + VALUE];
  if (w[s + U32_MAX] >>> 0 < w[d + U32_MAX] >>> 0) w[d + U32_MAX] = w[s + U32_MAX];
  signedFromUnsigned(w, d);
}

function or(w: Int32Array, d: number, s: number): void {
  orBits(w, d, s);
  raiseU(w, d + UMIN, w[s + UMIN], w[s + UMIN + 1]);
  set64(w, d + UMAX, w[d + VALUE] | w[d + MASK], w[d + VALUE + 1] | w[d + MASK + 1]);
  if (w[s + U32_MIN] >>> 0 > w[d + U32_MIN] >>> 0) w[d + U32_MIN] = w[s + U32_MIN];
  w[d + U32_MAX] = w[d + VALUE] | w[d + MASK];
  signedFromUnsigned(w, d);
}

function xor(w: Int32Array, d: number, s: number): void {
  xorBits(w, d, s);
  set64(w, d + UMIN, w[d + VALUE], w[d + VALUE + 1]);
  set64(w, d + UMAX, w[d + VALUE] | w[d + MASK], w[d + VALUE + 1] | w[d + MASK + 1]);
  w[d + U32_MIN] = w[d + VALUE];
  w[d + U32_MAX] = w[d + VALUE] | w[d + MASK];
  signedFromUnsigned(w, d);
}

/*
 * Shifts are by a known number of bits. Those of 32 bits look at the low half alone, and leave the rest to the zero
 * extension that follows.
 */

function lsh64(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  unboundedS(w, d);
  if (by === 32) {
    // The first half of a sign extension by two shifts.
    if (w[d + S32_MAX] >= 0) set64(w, d + SMAX, 0, w[d + S32_MAX]);
    if (w[d + S32_MIN] >= 0) set64(w, d + SMIN, 0, w[d + S32_MIN]);
  }
  const room = 63 - by;
  const limitLow = room < 32 ? 1 << room : 0;
  const limitHigh = room < 32 ? 0 : 1 << (room - 32);
  if (ltU(limitLow, limitHigh, w[d + UMAX], w[d + UMAX + 1])) unboundedU(w, d);
  else {
    shiftLeft(w, d + UMIN, by);
    shiftLeft(w, d + UMAX, by);
  }
  lshRange32(w, d, by);
  shiftBitsLeft(w, d, by);
  boundsFromBits(w, d);
}

function lsh32(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  lshRange32(w, d, by);
  w[d + VALUE] <<= by;
  w[d + MASK] <<= by;
  bounds32FromBits(w, d);
}

function lshRange32(w: Int32Array, d: number, by: number): void {
  const fits = by < 32 && w[d + U32_MAX] >>> 0 <= (1 << (31 - by)) >>> 0;
  w[d + U32_MIN] = fits ? w[d + U32_MIN] << by : 0;
  w[d + U32_MAX] = fits ? w[d + U32_MAX] << by : -1;
  w[d + S32_MIN] = INT_MIN;
  w[d + S32_MAX] = INT_MAX;
}

function rsh64(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  unboundedS(w, d);
  shiftRight(w, d + UMIN, by);
  shiftRight(w, d + UMAX, by);
  setUnbounded32(w, d);
  shiftBitsRight(w, d, by);
  boundsFromBits(w, d);
}

function rsh32(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  w[d + S32_MIN] = INT_MIN;
  w[d + S32_MAX] = INT_MAX;
  w[d + U32_MIN] >>>= by;
  w[d + U32_MAX] >>>= by;
  w[d + VALUE] >>>= by;
  w[d + MASK] >>>= by;
  bounds32FromBits(w, d);
}

function arsh64(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  shiftRightSigned(w, d + SMIN, by);
  shiftRightSigned(w, d + SMAX, by);
  unboundedU(w, d);
  setUnbounded32(w, d);
  shiftBitsRightSigned(w, d, by);
  boundsFromBits(w, d);
}

function arsh32(w: Int32Array, d: number, s: number): void {
  const by = w[s + VALUE];
  w[d + S32_MIN] >>= by;
  w[d + S32_MAX] >>= by;
  w[d + U32_MIN] = 0;
  w[d + U32_MAX] = -1;
  w[d + VALUE] >>= by;
  w[d + MASK] >>= by;
  bounds32FromBits(w, d);
}
