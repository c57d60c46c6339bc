import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EbpftsError } from '../../../src/base/index.ts';
import { linkObjects } from '../../../src/object/index.ts';
import { mulberry32 } from '../../support/random.ts';

const PARTS = join(import.meta.dirname, '../../fixtures/links');
const COUNT = 1500;
const INTERESTING = [0, 1, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff8, 0x0100_0000];

/** A copy with some words overwritten, bits flipped or the end cut off. */
function damage(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const copy = Uint8Array.from(below(20) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
  const view = new DataView(copy.buffer);
  for (let times = 1 + below(4); times > 0 && copy.length > 8; times--) {
    const at = below(copy.length - 4);
    if (below(2) === 0) copy[at] ^= 1 << below(8);
    else view.setUint32(at & ~3, INTERESTING[below(INTERESTING.length)], below(2) === 0);
  }
  return copy;
}

test(`${COUNT} damaged objects are linked or refused with a clear error`, { timeout: 60_000 }, () => {
  const random = mulberry32(7);
  const below = (limit: number) => Math.floor(random() * limit);
  const parts = ['el', 'eb'].flatMap((order) =>
    readdirSync(join(PARTS, order)).map((name) => new Uint8Array(readFileSync(join(PARTS, order, name)))),
  );
  const seen = { linked: 0, refused: 0 };
  for (let i = 0; i < COUNT; i++) {
    const whole = parts[below(parts.length)];
    const other = parts[below(parts.length)];
    const files = [
      { name: 'damaged', bytes: damage(whole, below) },
      { name: 'other', bytes: below(2) === 0 ? other : damage(other, below) },
    ];
    try {
      linkObjects(below(2) === 0 ? files : files.reverse());
      seen.linked++;
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      seen.refused++;
    }
  }
  expect(seen.linked).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});
