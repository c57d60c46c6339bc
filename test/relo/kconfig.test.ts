import { describe, expect, it } from 'vitest';
import type { KconfigExtern, KconfigKind } from '../../src/object/index.ts';
import { ReloError } from '../../src/relo/index.ts';
import { applyKconfigLines, KconfigValue } from '../../src/relo/kconfig.ts';

const SIZES: Record<KconfigKind, number> = { bool: 1, tristate: 4, char: 1, int: 4, char_array: 8 };

function extern(type: KconfigKind, fields: Partial<KconfigExtern> = {}): KconfigExtern {
  const base = { kind: 'kconfig', index: 0, name: 'CONFIG_X', essentialName: 'CONFIG_X', weak: false } as const;
  return { ...base, symbolIndex: 1, btfId: 1, type, signed: false, size: SIZES[type], align: 1, offset: 0, ...fields };
}

function valueFrom(line: string, of: KconfigExtern, endian: 'little' | 'big' = 'little'): number[] {
  const value = new KconfigValue(of.offset + of.size, endian);
  applyKconfigLines(line, new Map([[of.name, of]]), value);
  return [...value.bytes];
}

describe('values of the kernel configuration', () => {
  const taken: [string, KconfigExtern, number[]][] = [
    ['CONFIG_X=y', extern('bool'), [1]],
    ['CONFIG_X=n', extern('bool'), [0]],
    ['CONFIG_X=m', extern('tristate'), [2, 0, 0, 0]],
    ['CONFIG_X=y', extern('tristate'), [1, 0, 0, 0]],
    ['CONFIG_X=m', extern('char'), [109]],
    ['CONFIG_X=250', extern('int'), [250, 0, 0, 0]],
    ['CONFIG_X=0x1ff', extern('int', { size: 2 }), [0xff, 1]],
    ['CONFIG_X=017', extern('int'), [15, 0, 0, 0]],
    ['CONFIG_X=-1', extern('int', { signed: true }), [255, 255, 255, 255]],
    ['CONFIG_X=18446744073709551615', extern('int', { size: 8 }), Array(8).fill(255)],
    ['CONFIG_X="(none)"', extern('char_array'), [40, 110, 111, 110, 101, 41, 0, 0]],
    ['CONFIG_X="longer than it"', extern('char_array'), [108, 111, 110, 103, 101, 114, 32, 0]],
    ['# CONFIG_X is not set\nCONFIG_Y=1\n', extern('int'), [0, 0, 0, 0]],
    ['CONFIG_X=1\nCONFIG_X=2', extern('int'), [1, 0, 0, 0]],
  ];
  for (const [line, of, bytes] of taken) {
    it(`makes of ${JSON.stringify(line)} as ${of.type} of ${of.size} bytes [${bytes}]`, () => {
      expect(valueFrom(line, of)).toEqual(bytes);
    });
  }

  it('writes numbers in the byte order of the object', () => {
    expect(valueFrom('CONFIG_X=258', extern('int', { offset: 2 }), 'big')).toEqual([0, 0, 0, 0, 1, 2]);
  });

  const refused: [string, KconfigExtern][] = [
    ['CONFIG_X=m', extern('bool')],
    ['CONFIG_X=y', extern('int')],
    ['CONFIG_X=1', extern('bool')],
    ['CONFIG_X=256', extern('char')],
    ['CONFIG_X=128', extern('char', { signed: true })],
    ['CONFIG_X=-1', extern('int')],
    ['CONFIG_X=12monkeys', extern('int')],
    ['CONFIG_X=18446744073709551616', extern('int', { size: 8 })],
    ['CONFIG_X="open', extern('char_array')],
    ['CONFIG_X="text"', extern('int')],
    ['CONFIG_X=', extern('int')],
    ['CONFIG_Y', extern('int')],
  ];
  for (const [line, of] of refused) {
    it(`refuses ${line} as ${of.signed ? 'signed ' : ''}${of.type} of ${of.size} bytes`, () => {
      expect(() => valueFrom(line, of)).toThrow(ReloError);
    });
  }
});
