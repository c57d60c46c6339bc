import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endian } from '../../src/base/index.ts';
import type { Shape } from '../../src/btf/index.ts';
import { type Codec, createCodec } from '../../src/loader/index.ts';
import { type BpfObject, openObject, sizedShape, valueShape } from '../../src/object/index.ts';
import { sampleObject } from '../support/samples.ts';

const ORDERS = [
  ['el', 'little'],
  ['eb', 'big'],
] as const;

function open(order: string, name: string): BpfObject {
  return openObject(sampleObject(`clang-19/${order}/${name}.bpf.o`), { name });
}

function mapValues<T>(order: string, name: string, map: string): Codec<T> {
  const object = open(order, name);
  const spec = object.maps.find((candidate) => candidate.name === map);
  if (spec === undefined) throw new TypeError(`no map ${map}`);
  return createCodec<T>(valueShape(object.btf, spec), object.endian);
}

/** A variable's value as the compiler laid it down. */
function compiled(order: string, variable: string): unknown {
  const object = open(order, 'globals');
  for (const map of object.maps) {
    const datasec = object.btf?.typeById(map.valueTypeId);
    if (datasec?.kind !== 'DATASEC' || map.initialData === undefined) continue;
    for (const { type, offset, size } of datasec.vars) {
      const found = object.btf?.typeById(type);
      if (found?.kind !== 'VAR' || found.name !== variable) continue;
      return createCodec(sizedShape(object.btf, found.type, size), object.endian).decode(map.initialData, offset);
    }
  }
  return undefined;
}

describe.each(ORDERS)('codecs of %s objects', (order, endian) => {
  it.each([
    ['limits', { low: 60, high: 1500, flags: { enabled: 1, level: 5 }, offset: -1n }],
    ['sizes', [64, 512, 1024, 1500]],
    ['countdown', 1000],
    ['mode', 1],
    ['greeting', 'hello from .rodata'],
    ['verbose', false],
    ['magic', 0xfeedface],
    ['hot_counter', 0n],
  ])('read what the compiler wrote: %s', (variable, value) => {
    expect(compiled(order, variable)).toEqual(value);
  });

  it('give back what was written, for every kind of type', () => {
    const codec = mapValues<Record<string, unknown>>(order, 'typed_values', 'values');
    const value = {
      small: 200,
      negative: -5,
      big: 0xfedcba9876543210n,
      big_negative: -1234567890123n,
      flag: true,
      name: 'typed',
      color: 250,
      level: -2,
      wide: 0x123456789abcdefn,
      when: 17n,
      corner: { x: -1, y: 1 },
      line: [{ x: 1, y: 2 }, { x: 3 }],
      grid: [[1, 2, 3], [4]],
      as_bytes: [1, 2, 3, 4],
      bits: { low: 5, middle: 4321, signed_bits: -7, long_bits: 0x123456789an },
      either: { place: { x: 11, y: 22 } },
      inner: 99,
      pointer: 0xffff888000000000n,
    };
    const decoded = codec.decode(codec.encode(value));
    const little = order === 'el';
    expect(decoded).toEqual({
      ...value,
      line: [
        { x: 1, y: 2 },
        { x: 3, y: 0 },
      ],
      grid: [
        [1, 2, 3],
        [4, 0, 0],
      ],
      as_bytes: Uint8Array.of(1, 2, 3, 4),
      as_word: little ? 0x04030201 : 0x01020304,
      either: { place: { x: 11, y: 22 }, raw: little ? (22n << 32n) | 11n : (11n << 32n) | 22n },
    });
  });

  it('show one member of a union in the others', () => {
    const codec = mapValues<{ as_word: number; as_bytes: Uint8Array; either: { raw: bigint; place: { x: number } } }>(
      order,
      'typed_values',
      'values',
    );
    const value = codec.decode(codec.encode({}));
    value.as_word = 0x01020304;
    value.either.raw = order === 'el' ? 7n : 7n << 32n;
    expect(value.as_bytes).toEqual(order === 'el' ? Uint8Array.of(4, 3, 2, 1) : Uint8Array.of(1, 2, 3, 4));
    const again = codec.decode(codec.encode(value));
    expect(again.as_word).toBe(0x01020304);
    expect(again.either.place.x).toBe(7);
  });

  it('keep neighbours of a bitfield, wherever it stands', () => {
    const place = fc
      .integer({ min: 0, max: 63 })
      .chain((offset) => fc.record({ offset: fc.constant(offset), size: fc.integer({ min: 1, max: 64 - offset }) }));
    fc.assert(
      fc.property(
        place,
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.bigInt({ min: 0n }),
        (bits, before, seed) => {
          const value = BigInt.asUintN(bits.size, seed);
          const whole = createCodec<bigint>({ kind: 'int', size: 8, signed: false }, endian as Endian);
          const codec = bitfield(bits, endian);
          const bytes = whole.encode(before);
          const decoded = codec.decode(bytes);
          // Bit 0 is the least significant of a little-endian word, the most significant of a big-endian one.
          const shift = BigInt(endian === 'little' ? bits.offset : 64 - bits.offset - bits.size);
          expect(decoded.field).toBe(BigInt.asUintN(bits.size, before >> shift));
          expect(whole.decode(codec.encode({ field: value }))).toBe(value << shift);
        },
      ),
    );
  });
});

function bitfield(bits: { offset: number; size: number }, endian: Endian): Codec<{ field: bigint }> {
  const offset = Math.floor(bits.offset / 8);
  const shape: Shape = { kind: 'int', size: 8, signed: false };
  const fields = [{ name: 'field', shape, offset, bits }];
  return createCodec({ kind: 'struct', size: 8, name: 's', id: 1, fields }, endian);
}

describe('values that do not fit their type', () => {
  const codec = mapValues<Record<string, unknown>>('el', 'typed_values', 'values');
  it.each([
    [{ small: 256 }, 'value.small: a whole number of 8 bits is wanted, not 256'],
    [{ big: 1n << 64n }, 'value.big: a whole number of 64 bits is wanted, not 18446744073709551616n'],
    [{ small: 1.5 }, 'value.small: a whole number is wanted, not 1.5'],
    [{ flag: 1 }, 'value.flag: true or false is wanted, not 1'],
    [{ name: 'x'.repeat(17) }, `value.name: a string of at most 16 bytes is wanted, not "${'x'.repeat(17)}"`],
    [{ line: [{}, { z: 1 }] }, 'value.line[1].z: one of x, y is wanted, not "z"'],
    [{ line: [{}, {}, {}] }, 'value.line: an array of at most 2 elements is wanted, not an array of 3'],
    [{ as_bytes: new Uint8Array(5) }, 'value.as_bytes: at most 4 bytes is wanted, not 5 bytes'],
    [{ bits: { low: 8 } }, 'value.bits.low: a whole number of 3 bits is wanted, not 8'],
    [{ corner: 5 }, 'value.corner: an object is wanted, not 5'],
  ])('are refused with their place: %o', (value, message) => {
    expect(() => codec.encode(value as never)).toThrow(expect.objectContaining({ code: 'LOADER_VALUE', message }));
  });
});
