import { expect, test } from 'vitest';
import { byteSwap } from '../../../src/isa/index.ts';
import { computeNumber } from '../../../src/verifier/domain/arithmetic.ts';
import { swapBytes } from '../../../src/verifier/domain/byte-order.ts';
import { signExtend } from '../../../src/verifier/domain/extend.ts';
import { ROW } from '../../../src/verifier/domain/row.ts';
import { mulberry32 } from '../../support/random.ts';
import { makeKnown, makeRow, randomU64, ruledOut } from './numbers.ts';

const ROUNDS = 5_000;

const OPERATIONS: readonly (readonly [string, number, (a: bigint, b: bigint, bits: number) => bigint])[] = [
  ['ADD', 0x00, (a, b) => a + b],
  ['SUB', 0x10, (a, b) => a - b],
  ['MUL', 0x20, (a, b) => a * b],
  ['DIV', 0x30, (a, b) => (b === 0n ? 0n : a / b)],
  ['OR', 0x40, (a, b) => a | b],
  ['AND', 0x50, (a, b) => a & b],
  ['LSH', 0x60, (a, b) => a << b],
  ['RSH', 0x70, (a, b) => a >> b],
  ['MOD', 0x90, (a, b) => (b === 0n ? a : a % b)],
  ['XOR', 0xa0, (a, b) => a ^ b],
  ['ARSH', 0xc0, (a, b, bits) => BigInt.asIntN(bits, a) >> b],
];

for (const [name, op, compute] of OPERATIONS) {
  for (const bits of [64, 32]) {
    test(`what is known after BPF_${name} of ${bits} bits holds of the result`, () => {
      const random = mulberry32(op * 64 + bits);
      const w = new Int32Array(2 * ROW);
      const wrong: string[] = [];
      const isShift = name.endsWith('SH');
      for (let round = 0; round < ROUNDS; round++) {
        const x = randomU64(random);
        const y = isShift ? randomU64(random) & BigInt(bits - 1) : randomU64(random);
        makeRow(w, 0, { x, random });
        if (isShift && random() < 0.8) makeKnown(w, ROW, y);
        else makeRow(w, ROW, { x: y, random });
        const result = compute(BigInt.asUintN(bits, x), BigInt.asUintN(bits, y), bits);
        computeNumber(w, { op, wide: bits === 64, d: 0, s: ROW });
        for (const way of ruledOut(w, 0, BigInt.asUintN(bits, result))) wrong.push(`${way} of ${x}, ${y}`);
      }
      expect(wrong).toEqual([]);
    });
  }
}

for (const bits of [8, 16, 32]) {
  for (const wide of [true, false]) {
    test(`what is known after the sign extension of ${bits} bits to ${wide ? 64 : 32} holds of the result`, () => {
      const random = mulberry32(bits + Number(wide));
      const w = new Int32Array(ROW);
      const wrong: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const x = randomU64(random);
        makeRow(w, 0, { x, random });
        signExtend(w, 0, { bits, wide });
        const result = BigInt.asUintN(wide ? 64 : 32, BigInt.asIntN(bits, x));
        for (const way of ruledOut(w, 0, result)) wrong.push(`${way} of ${x}`);
      }
      expect(wrong).toEqual([]);
    });
  }
}

for (const bits of [16, 32, 64]) {
  test(`what is known after a swap of ${bits} bits holds of the result`, () => {
    const random = mulberry32(bits);
    const w = new Int32Array(ROW);
    const wrong: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const x = randomU64(random);
      makeRow(w, 0, { x, random });
      swapBytes(w, 0, bits);
      for (const way of ruledOut(w, 0, byteSwap(x, bits))) wrong.push(`${way} of ${x}`);
    }
    expect(wrong).toEqual([]);
  });
}
