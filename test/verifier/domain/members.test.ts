import { expect, test } from 'vitest';
import { isMember, next, nextMember } from '../../../src/verifier/domain/members.ts';
import { MASK, ROW, VALUE } from '../../../src/verifier/domain/row.ts';
import { read64, write64 } from '../../../src/verifier/domain/words.ts';
import { mulberry32 } from '../../support/random.ts';

const bits = (random: () => number) => BigInt(Math.floor(random() * 256));

/** Where the eight bits that are tried stand in the number. */
for (const shift of [0n, 28n, 56n]) {
  test(`finds the next number with the known bits, at bit ${shift}`, () => {
    const random = mulberry32(Number(shift));
    const w = new Int32Array(ROW + 2);
    for (let round = 0; round < 500; round++) {
      const mask = bits(random);
      const value = bits(random) & ~mask;
      const below = bits(random);
      write64(w, VALUE, value << shift);
      write64(w, MASK, mask << shift);
      write64(w, ROW, below << shift);
      const members = Array.from({ length: 256 }, (_, i) => BigInt(i)).filter((i) => (i & ~mask) === value);
      const wanted = members.find((member) => member > below) ?? members.at(-1)!;
      nextMember(w, 0, { low: w[ROW], high: w[ROW + 1] });
      expect(read64(next, 0) >> shift, `${value}/${mask} above ${below}`).toBe(wanted);
      expect(isMember(w, 0, ROW)).toBe(members.includes(below));
    }
  });
}
