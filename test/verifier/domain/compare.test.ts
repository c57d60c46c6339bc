import { expect, test } from 'vitest';
import { isImpossible } from '../../../src/verifier/domain/bounds.ts';
import { oppositeOf, outcomeOf } from '../../../src/verifier/domain/compare.ts';
import { refine } from '../../../src/verifier/domain/refine.ts';
import { ROW } from '../../../src/verifier/domain/row.ts';
import { mulberry32 } from '../../support/random.ts';
import { makeRow, randomU64, ruledOut } from './numbers.ts';

const ROUNDS = 5_000;

const COMPARISONS: readonly (readonly [string, number, boolean, (a: bigint, b: bigint) => boolean])[] = [
  ['JEQ', 0x10, false, (a, b) => a === b],
  ['JGT', 0x20, false, (a, b) => a > b],
  ['JGE', 0x30, false, (a, b) => a >= b],
  ['JSET', 0x40, false, (a, b) => (a & b) !== 0n],
  ['JNE', 0x50, false, (a, b) => a !== b],
  ['JSGT', 0x60, true, (a, b) => a > b],
  ['JSGE', 0x70, true, (a, b) => a >= b],
  ['JLT', 0xa0, false, (a, b) => a < b],
  ['JLE', 0xb0, false, (a, b) => a <= b],
  ['JSLT', 0xc0, true, (a, b) => a < b],
  ['JSLE', 0xd0, true, (a, b) => a <= b],
];

for (const [name, op, signed, compare] of COMPARISONS) {
  for (const bits of [64, 32]) {
    test(`BPF_${name} of ${bits} bits is foretold rightly, and what it teaches holds`, () => {
      const random = mulberry32(op * 64 + bits);
      const w = new Int32Array(2 * ROW);
      const wide = bits === 64;
      const wrong: string[] = [];
      const read = (x: bigint) => (signed ? BigInt.asIntN(bits, x) : BigInt.asUintN(bits, x));
      for (let round = 0; round < ROUNDS; round++) {
        const x = randomU64(random);
        const y = random() < 0.2 ? x : randomU64(random);
        makeRow(w, 0, { x, random });
        makeRow(w, ROW, { x: y, random });
        const holds = compare(read(x), read(y));
        const outcome = outcomeOf(w, { op, wide, d: 0, s: ROW });
        if (outcome === !holds) wrong.push(`outcome of ${x}, ${y}`);
        refine(w, { op: holds ? op : oppositeOf(op), wide, d: 0, s: ROW });
        for (const way of [...ruledOut(w, 0, x), ...ruledOut(w, ROW, y)]) wrong.push(`${way} of ${x}, ${y}`);
        if (isImpossible(w, 0) || isImpossible(w, ROW)) wrong.push(`nothing is left of ${x}, ${y}`);
      }
      expect(wrong).toEqual([]);
    });
  }
}
