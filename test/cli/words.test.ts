import { describe, expect, test } from 'vitest';
import { isPrefix, parseUnsigned, Words } from '../../src/cli/words.ts';

describe('numbers are read as strtoul(3) reads them', () => {
  test.for([
    ['10', 0, 10n],
    ['0x1F', 0, 31n],
    ['010', 0, 8n],
    ['', 0, 0n],
    ['-1', 0, 0xffff_ffff_ffff_ffffn],
    ['+7', 0, 7n],
    ['ff', 16, 255n],
    ['0xff', 16, 255n],
    ['ff', 0, undefined],
    ['08', 0, undefined],
    ['1x', 0, undefined],
    ['0x', 0, undefined],
    ['1 ', 0, undefined],
  ] as const)('%s in base %i', ([word, base, value]) => {
    expect(parseUnsigned(word, base)).toBe(value);
  });
});

describe('a word abbreviates a keyword', () => {
  test.for([
    ['s', 'show', true],
    ['show', 'show', true],
    ['', 'show', true],
    ['showx', 'show', false],
    ['h', 'show', false],
    [undefined, 'show', false],
  ] as const)('%s of %s: %s', ([word, keyword, abbreviates]) => {
    expect(isPrefix(word, keyword)).toBe(abbreviates);
  });
});

describe('words', () => {
  test('are taken one after the other', () => {
    const words = new Words(['map', 'sh', 'id', '7']);
    expect(words.take()).toBe('map');
    expect(words.takeIf('show')).toBe(true);
    expect(words.takeIf('show')).toBe(false);
    expect(words.count).toBe(2);
    words.take();
    expect(words.takeU32('ID')).toBe(7);
    expect(words.count).toBe(0);
  });

  test('that lack are named by the word before them', () => {
    const words = new Words(['pin', 'id']);
    words.take();
    expect(() => words.need(3)).toThrow("'pin' needs at least 3 arguments, 1 found");
  });

  test('that are too many are refused', () => {
    expect(() => new Words(['x']).end()).toThrow("what is 'x'?");
  });
});
