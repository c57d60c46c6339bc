import type { Btf } from '../../src/btf/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { mulberry32 } from './random.ts';
import { randomBtf } from './random-btf.ts';
import { sampleObject, shippedKernelBtf } from './samples.ts';

/** Blobs that are merged, and the base that they go on from. */
export interface MergeInput {
  readonly base?: Uint8Array;
  readonly files: readonly Uint8Array[];
}

/**
 * What a row of `test/data/btf-merges.csv` is about: `random` with a seed, `split` the same on a base, `objects` with
 * names of samples joined by `+`, `kernel` the shipped one as often as said.
 */
export function mergeInput(kind: string, what: string): MergeInput {
  if (kind === 'objects') {
    return {
      files: what.split('+').map((path) => parseElf(sampleObject(path)).sectionNamed('.BTF')?.data ?? new Uint8Array()),
    };
  }
  if (kind === 'kernel') return { files: new Array<Uint8Array>(Number(what)).fill(shippedKernelBtf()) };
  const random = mulberry32(Number(what));
  const count = 5 + Math.floor(random() * 120);
  const base = kind === 'split' ? randomBtf(random, { count: 40 }).encode() : undefined;
  const parsed: Btf | undefined = base && parseBtf(base);
  const files = [0, 1].map(() => randomBtf(random, { count, base: parsed }).encode());
  return { base, files };
}
