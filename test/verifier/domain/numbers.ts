// Rows of which a number is known to be one: for tests that what is known after an operation still holds of it.
import { setUnbounded, sync } from '../../../src/verifier/domain/bounds.ts';
import {
  MASK,
  S32_MAX,
  S32_MIN,
  SMAX,
  SMIN,
  U32_MAX,
  U32_MIN,
  UMAX,
  UMIN,
  VALUE,
} from '../../../src/verifier/domain/row.ts';
import { read64, readS64, write64 } from '../../../src/verifier/domain/words.ts';

export type Random = () => number;

/** A u64 of some interesting size. */
export function randomU64(random: Random): bigint {
  const word = () => BigInt(Math.floor(random() * 2 ** 32));
  const value = (word() << 32n) | word();
  switch (Math.floor(random() * 8)) {
    case 0:
      return value & 0xffn;
    case 1:
    case 2:
      return value & 0xffff_ffffn;
    case 3:
      return BigInt.asUintN(64, -(value & 0xffffn));
    case 4:
      return 1n << (value & 63n);
    default:
      return value;
  }
}

/** Makes a row of which `x` is one possible number, and more or less else is known. */
export function makeRow(w: Int32Array, r: number, { x, random }: { x: bigint; random: Random }): void {
  const mask = random() < 0.2 ? 0n : randomU64(random) & randomU64(random);
  write64(w, r + VALUE, x & ~mask);
  write64(w, r + MASK, mask);
  setUnbounded(w, r);
  if (random() < 0.6) {
    const y = randomU64(random);
    write64(w, r + UMIN, x < y ? x : y);
    write64(w, r + UMAX, x < y ? y : x);
  }
  if (random() < 0.5) {
    const [a, b] = [BigInt.asIntN(64, x), BigInt.asIntN(64, randomU64(random))];
    write64(w, r + SMIN, a < b ? a : b);
    write64(w, r + SMAX, a < b ? b : a);
  }
  sync(w, r);
}

/** Makes a row of which all is known. */
export function makeKnown(w: Int32Array, r: number, x: bigint): void {
  write64(w, r + VALUE, x);
  write64(w, r + MASK, 0n);
  setUnbounded(w, r);
  sync(w, r);
}

/** Which of the ways in which a number is known rules `x` out; empty where none does. */
export function ruledOut(w: Int32Array, r: number, x: bigint): string[] {
  const [signed, low] = [BigInt.asIntN(64, x), Number(BigInt.asIntN(32, x))];
  const wrong: string[] = [];
  const check = (name: string, holds: boolean) => {
    if (!holds) wrong.push(name);
  };
  check('bits', (x & ~read64(w, r + MASK)) === read64(w, r + VALUE));
  check('umin', x >= read64(w, r + UMIN));
  check('umax', x <= read64(w, r + UMAX));
  check('smin', signed >= readS64(w, r + SMIN));
  check('smax', signed <= readS64(w, r + SMAX));
  check('s32_min', low >= w[r + S32_MIN]);
  check('s32_max', low <= w[r + S32_MAX]);
  check('u32_min', low >>> 0 >= w[r + U32_MIN] >>> 0);
  check('u32_max', low >>> 0 <= w[r + U32_MAX] >>> 0);
  return wrong;
}
