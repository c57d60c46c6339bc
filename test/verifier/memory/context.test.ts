import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contextAccess, hasContextFields, progTypeNames } from '../../../src/catalog/index.ts';
import type { VerifyOptions } from '../../../src/verifier/index.ts';
import { plainContextAccess } from '../../../src/verifier/memory/context-plain.ts';

/*
 * What Linux 6.18 said of a program that does nothing but one access of its context: program type, attach type, kind of
 * access, bytes of it, bytes of context that were tried, and a bit for each offset (four in a digit, the first one lowest)
 * that was in order.
 */
const rows = readFileSync('test/data/context-access-6.18.tsv', 'utf8').trim().split('\n');

describe('a context may be accessed where Linux 6.18 lets programs', () => {
  for (const row of rows) {
    const [type, attachType, kind, size, end, digits] = row.split('\t');
    const progType = Number(type);
    test(`${progTypeNames[progType]} of attach type ${attachType}: ${kind}s of ${size} bytes`, () => {
      const allowed: number[] = [];
      const wanted: number[] = [];
      for (let offset = 0; offset < Number(end); offset++) {
        if ((Number.parseInt(digits[offset >> 2], 16) >> (offset & 3)) & 1) wanted.push(offset);
        if (mayAccess({ progType, attachType: Number(attachType), kind, size: Number(size), offset }))
          allowed.push(offset);
      }
      expect(allowed).toEqual(wanted);
    });
  }
});

interface Tried {
  readonly progType: number;
  readonly attachType: number;
  readonly kind: string;
  readonly size: number;
  readonly offset: number;
}

function mayAccess({ progType, attachType, kind, size, offset }: Tried): boolean {
  const write = kind === 'store';
  if (hasContextFields(progType)) {
    return contextAccess(progType, { offset, size, write, signed: kind === 'signed', attachType }) !== undefined;
  }
  return plainContextAccess({ progType } as VerifyOptions, { off: offset, size, write }) !== undefined;
}
