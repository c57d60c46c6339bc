import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/elf/index.ts';
import { sampleObject, sampleObjects } from '../support/samples.ts';

describe('the two listings of sections', () => {
  for (const compiler of ['clang-19', 'clang-14', 'gcc']) {
    for (const order of ['el', 'eb']) {
      const paths = sampleObjects(`${compiler}/${order}`);
      it(`are equal for all ${paths.length} objects of ${compiler}/${order}`, () => {
        for (const path of paths) {
          const bytes = sampleObject(path);
          const [elfy, own] = (['elfy', 'own'] as const).map((lister) => parseElf(bytes, { lister }).sections);
          expect(elfy).toEqual(own);
          expect(own.length).toBeGreaterThan(5);
        }
      });
    }
  }
});
