import { describe, expect, test } from 'vitest';
import { createTestMachine, ENGINES, r0 } from '../support/vm-machine.ts';

const MIN64 = '0x8000000000000000';
const ONES = 0xffff_ffff_ffff_ffffn;

/** `dst op src` with both in registers; results by hand from RFC 9669 section 4.1. */
const registers: [string, string, string, bigint][] = [
  ['r0 += r1', '0xffffffffffffffff', '1', 0n],
  ['w0 += w1', '0xffffffffffffffff', '2', 1n],
  ['r0 -= r1', '0', '1', ONES],
  ['w0 -= w1', '0', '1', 0xffff_ffffn],
  ['r0 *= r1', '0xffffffffffffffff', '0xffffffffffffffff', 1n],
  ['w0 *= w1', '0x12345678ffffffff', '0xffffffff', 1n],
  ['r0 /= r1', '0xffffffffffffffff', '2', 0x7fff_ffff_ffff_ffffn],
  ['r0 /= r1', '7', '0', 0n],
  ['w0 /= w1', '0xfffffffffffffff9', '2', 0x7fff_fffcn],
  ['w0 /= w1', '0x1234567800000007', '0x100000000', 0n],
  ['r0 s/= r1', '-7', '2', ONES - 2n],
  ['r0 s/= r1', '-7', '0', 0n],
  ['r0 s/= r1', MIN64, '-1', 0x8000_0000_0000_0000n],
  ['w0 s/= w1', '0x80000000', '-1', 0x8000_0000n],
  ['w0 s/= w1', '-7', '2', 0xffff_fffdn],
  ['r0 %= r1', '0xffffffffffffffff', '10', 5n],
  ['r0 %= r1', '0x1234567890abcdef', '0', 0x1234_5678_90ab_cdefn],
  ['w0 %= w1', '0x1234567890abcdef', '0', 0x90ab_cdefn],
  ['w0 %= w1', '0x12345678fffffff9', '10', 9n],
  ['r0 s%= r1', '-7', '2', ONES],
  ['r0 s%= r1', '7', '-2', 1n],
  ['r0 s%= r1', MIN64, '-1', 0n],
  ['w0 s%= w1', '0x80000000', '-1', 0n],
  ['w0 s%= w1', '-7', '2', 0xffff_ffffn],
  ['r0 |= r1', '0xf0f0', '0x0f0f000000000000', 0x0f0f_0000_0000_f0f0n],
  ['w0 |= w1', '0xf0f0', '0x0f0f00000000000f', 0xf0ffn],
  ['r0 &= r1', '0xffffffff00000000', '-1', 0xffff_ffff_0000_0000n],
  ['w0 &= w1', '-1', '0xff', 0xffn],
  ['r0 ^= r1', '-1', '-1', 0n],
  ['w0 ^= w1', '-1', '1', 0xffff_fffen],
  ['r0 <<= r1', '1', '63', 0x8000_0000_0000_0000n],
  ['r0 <<= r1', '1', '64', 1n],
  ['r0 <<= r1', '1', '-1', 0x8000_0000_0000_0000n],
  ['w0 <<= w1', '1', '31', 0x8000_0000n],
  ['w0 <<= w1', '1', '33', 2n],
  ['r0 >>= r1', '-1', '60', 15n],
  ['r0 >>= r1', '-1', '65', 0x7fff_ffff_ffff_ffffn],
  ['w0 >>= w1', '-1', '28', 15n],
  ['w0 >>= w1', '-1', '32', 0xffff_ffffn],
  ['r0 s>>= r1', MIN64, '63', ONES],
  ['r0 s>>= r1', '-16', '66', ONES - 3n],
  ['w0 s>>= w1', '0x80000000', '31', 0xffff_ffffn],
  ['w0 s>>= w1', '0xf80000000', '35', 0xf000_0000n],
  ['r0 = r1', '0', '-2', ONES - 1n],
  ['w0 = w1', '0', '-2', 0xffff_fffen],
  ['r0 = (s8)r1', '0', '0x80', ONES - 127n],
  ['r0 = (s16)r1', '0', '0x18000', ONES - 0x7fffn],
  ['r0 = (s32)r1', '0', '0x180000000', 0xffff_ffff_8000_0000n],
  ['w0 = (s8)w1', '0', '0x80', 0xffff_ff80n],
  ['w0 = (s16)w1', '-1', '0x7fff', 0x7fffn],
];

const immediates: [string, string, bigint][] = [
  ['r0 = -1', '0', ONES],
  ['w0 = -1', '0', 0xffff_ffffn],
  ['r0 += -1', '0', ONES],
  ['w0 += -1', '0', 0xffff_ffffn],
  ['r0 &= -16', '-1', ONES - 15n],
  ['r0 /= -1', '-1', 1n],
  ['w0 /= -1', '-2', 0n],
  ['r0 s/= -1', '5', ONES - 4n],
  ['r0 = -r0', '1', ONES],
  ['r0 = -r0', MIN64, 0x8000_0000_0000_0000n],
  ['w0 = -w0', '0xffffffff00000001', 0xffff_ffffn],
  ['r0 = be16 r0', '0x1122334455667788', 0x8877n],
  ['r0 = be32 r0', '0x1122334455667788', 0x8877_6655n],
  ['r0 = be64 r0', '0x1122334455667788', 0x8877_6655_4433_2211n],
  ['r0 = le16 r0', '0x1122334455667788', 0x7788n],
  ['r0 = le32 r0', '0x1122334455667788', 0x5566_7788n],
  ['r0 = le64 r0', '0x1122334455667788', 0x1122_3344_5566_7788n],
  ['r0 = bswap16 r0', '0x1122334455667788', 0x8877n],
  ['r0 = bswap32 r0', '0x1122334455667788', 0x8877_6655n],
  ['r0 = bswap64 r0', '0x1122334455667788', 0x8877_6655_4433_2211n],
];

/** Whether `if left sign right` jumps, in 64 and in 32 bits. */
const comparisons: [string, string, string, boolean, boolean][] = [
  ['==', '0x100000001', '1', false, true],
  ['!=', '0x100000001', '1', true, false],
  ['>', '-1', '1', true, true],
  ['>', '0x100000000', '1', true, false],
  ['>=', '1', '1', true, true],
  ['<', '1', '-1', true, true],
  ['<', '0x100000000', '1', false, true],
  ['<=', '1', '1', true, true],
  ['<=', '2', '1', false, false],
  ['s>', '-1', '1', false, false],
  ['s>', '0x80000000', '0', true, false],
  ['s>=', '-1', '-1', true, true],
  ['s<', '-2', '-1', true, true],
  ['s<', '0x80000000', '0', false, true],
  ['s<=', '-1', '0', true, true],
  ['&', '6', '2', true, true],
  ['&', '0x100000000', '0x100000000', true, false],
  ['&', '5', '2', false, false],
];

describe.each(ENGINES)('%s', (engine) => {
  const { run } = createTestMachine({}, engine);

  describe('arithmetic of two registers', () => {
    for (const [insn, a, b, wanted] of registers) {
      test(`${insn} of ${a} and ${b}`, () => {
        expect(r0(run(`r0 = ${a} ll\nr1 = ${b} ll\n${insn}\nexit`))).toBe(wanted);
      });
    }
  });

  /** One register, and an immediate where there is one. */
  describe('arithmetic of a register and an immediate', () => {
    for (const [insn, a, wanted] of immediates) {
      test(`${insn} of ${a}`, () => expect(r0(run(`r0 = ${a} ll\n${insn}\nexit`))).toBe(wanted));
    }
  });

  describe('conditional jumps', () => {
    for (const [sign, left, right, wide, narrow] of comparisons) {
      for (const [letter, wanted] of [['r', wide] as const, ['w', narrow] as const]) {
        test(`if ${letter} ${left} ${sign} ${right}`, () => {
          const text = `r1 = ${left} ll\nr2 = ${right} ll\nr0 = 1\nif ${letter}1 ${sign} ${letter}2 goto +1\nr0 = 0\nexit`;
          expect(r0(run(text))).toBe(wanted ? 1n : 0n);
        });
      }
    }

    test('a negative immediate is sign-extended for 64 bits and taken as u32 for 32', () => {
      expect(r0(run('r1 = -1\nr0 = 1\nif r1 == -1 goto +1\nr0 = 0\nexit'))).toBe(1n);
      expect(r0(run('r1 = 0xffffffff ll\nr0 = 1\nif r1 == -1 goto +1\nr0 = 0\nexit'))).toBe(0n);
      expect(r0(run('r1 = 0xffffffff ll\nr0 = 1\nif w1 == -1 goto +1\nr0 = 0\nexit'))).toBe(1n);
    });
  });
});
