import { describe, expect, it } from 'vitest';
import { setUnknownNumber } from '../../../src/verifier/domain/bounds.ts';
import {
  MASK,
  ROW,
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
import { write64 } from '../../../src/verifier/domain/words.ts';
import { boundsText, numberText } from '../../../src/verifier/log/bounds.ts';

const WIDE = { smin: SMIN, smax: SMAX, umin: UMIN, umax: UMAX, value: VALUE, mask: MASK };
const NARROW = { smin32: S32_MIN, smax32: S32_MAX, umin32: U32_MIN, umax32: U32_MAX };

function text(known: Partial<Record<keyof typeof WIDE | keyof typeof NARROW, bigint>>): string {
  const w = new Int32Array(ROW);
  setUnknownNumber(w, 0);
  for (const [name, at] of Object.entries(WIDE)) {
    const value = known[name as keyof typeof WIDE];
    if (value !== undefined) write64(w, at, value);
  }
  for (const [name, at] of Object.entries(NARROW)) {
    const value = known[name as keyof typeof NARROW];
    if (value !== undefined) w[at] = Number(BigInt.asIntN(32, value));
  }
  return boundsText(w, 0).join(',');
}

/** As Linux 6.18 printed them. */
const RECORDED = [
  { name: 'nothing known', known: {}, want: '' },
  {
    name: 'a byte',
    known: { smin: 0n, smax: 255n, umax: 255n, smin32: 0n, smax32: 255n, umax32: 255n, value: 0n, mask: 0xffn },
    want: 'smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff)',
  },
  {
    name: 'a word of 32 bits',
    known: { smin: 0n, smax: 0xffff_ffffn, umax: 0xffff_ffffn, value: 0n, mask: 0xffff_ffffn },
    want: 'smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)',
  },
  {
    name: 'a lower and an upper bound of one value',
    known: {
      smin: 0n,
      smax: 0x8000_0000n,
      umax: 0x8000_0000n,
      smax32: 0n,
      umax32: 0x8000_0000n,
      value: 0n,
      mask: 0x8000_0000n,
    },
    want: 'smin=0,smax=umax=umax32=0x80000000,smax32=0,var_off=(0x0; 0x80000000)',
  },
  {
    name: 'a negative lower bound of more than 16 bits',
    known: { smin: -0x7fff_fffen, smax: 0x7fff_ffffn, smin32: -0x7fff_fffen },
    want: 'smin=0xffffffff80000002,smax=0x7fffffff,smin32=0x80000002',
  },
  {
    name: 'one upper bound, below 0 and without a sign',
    known: { smax: -0x8000_0001n, umin: 1n << 63n, umax: (1n << 64n) - 0x8000_0001n },
    want: 'smax=0xffffffff7fffffff,umin=0x8000000000000000,umax=0xffffffff7fffffff',
  },
  {
    name: 'a lower bound without a sign that 16 bits hold',
    known: { umin: 40_000n },
    want: 'umin=40000',
  },
  {
    name: 'a small negative number of 32 bits',
    known: {
      smin: 0x8000_0000n,
      umin: 0x8000_0000n,
      umin32: 0x8000_0000n,
      smax: 0xffff_ffffn,
      umax: 0xffff_ffffn,
      smax32: -1n,
      value: 0x8000_0000n,
      mask: 0x7fff_ffffn,
    },
    want: 'smin=umin=umin32=0x80000000,smax=umax=0xffffffff,smax32=-1,var_off=(0x80000000; 0x7fffffff)',
  },
  {
    name: 'a large negative number of 32 bits',
    known: {
      smin: 0xffff_0000n,
      umin: 0xffff_0000n,
      smin32: 0xffff_0000n,
      umin32: 0xffff_0000n,
      smax: 0xffff_0008n,
      umax: 0xffff_0008n,
      smax32: 0xffff_0008n,
      umax32: 0xffff_0008n,
      value: 0xffff_0000n,
      mask: 8n,
    },
    want: 'smin=umin=smin32=umin32=0xffff0000,smax=umax=smax32=umax32=0xffff0008,var_off=(0xffff0000; 0x8)',
  },
  {
    name: 'a signed range of 64 bits',
    known: { smin: -(1n << 31n), smax: 0x7fff_ffffn },
    want: 'smin=0xffffffff80000000,smax=0x7fffffff',
  },
];

describe('bounds in logs', () => {
  for (const { name, known, want } of RECORDED) {
    it(`prints ${name} as Linux does`, () => expect(text(known)).toBe(want));
  }

  it('prints numbers of 16 bits with a sign in decimal, others in hexadecimal', () => {
    const numbers = [32767n, 32768n, -32768n, -32769n];
    expect(numbers.map((value) => numberText(value))).toEqual(['32767', '0x8000', '-32768', '0xffffffffffff7fff']);
  });
});
