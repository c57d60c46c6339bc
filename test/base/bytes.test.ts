import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, decodeUtf8, EbpftsError, type Endian, encodeUtf8 } from '../../src/base/index.ts';

const endians: Endian[] = ['little', 'big'];

describe('ByteReader and ByteWriter', () => {
  for (const endian of endians) {
    it(`read back what was written, ${endian} endian`, () => {
      fc.assert(
        fc.property(
          fc.record({
            a: fc.integer({ min: 0, max: 0xff }),
            b: fc.integer({ min: 0, max: 0xffff }),
            c: fc.integer({ min: 0, max: 0xffff_ffff }),
            d: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
            raw: fc.uint8Array({ maxLength: 600 }),
          }),
          ({ a, b, c, d, raw }) => {
            const bytes = new ByteWriter(endian, 1).u8(a).u16(b).u32(c).u64(d).raw(raw).align(8).toBytes();
            const reader = new ByteReader(bytes, endian);
            expect(reader.u8(0)).toBe(a);
            expect(reader.u16(1)).toBe(b);
            expect(reader.s16(1)).toBe((b << 16) >> 16);
            expect(reader.u32(3)).toBe(c);
            expect(reader.s32(3)).toBe(c | 0);
            expect(reader.u64(7)).toBe(d);
            expect(reader.s64(7)).toBe(BigInt.asIntN(64, d));
            expect(reader.slice(15, raw.length)).toEqual(raw);
            expect(bytes.length % 8).toBe(0);
          },
        ),
      );
    });
  }

  it('differ in nothing but the byte order', () => {
    expect(new ByteWriter('little').u32(0x01020304).toBytes()).toEqual(new Uint8Array([4, 3, 2, 1]));
    expect(new ByteWriter('big').u32(0x01020304).toBytes()).toEqual(new Uint8Array([1, 2, 3, 4]));
  });

  it('grow for every width of value', () => {
    for (const write of [
      (writer: ByteWriter) => writer.u16(0x0102),
      (writer: ByteWriter) => writer.u32(0x01020304),
      (writer: ByteWriter) => writer.u64(0x0102_0304_0506_0708n),
      (writer: ByteWriter) => writer.f32(1.5),
      (writer: ByteWriter) => writer.f64(1.5),
      (writer: ByteWriter) => writer.raw(new Uint8Array([1, 2, 3])).zeros(5),
    ]) {
      expect(write(new ByteWriter('little', 1)).toBytes()).toEqual(write(new ByteWriter('little', 64)).toBytes());
    }
  });

  it('patch a value that was written before', () => {
    expect(new ByteWriter('big').u32(0).u8(9).patchU32(0, 7).toBytes()).toEqual(new Uint8Array([0, 0, 0, 7, 9]));
  });

  const reader = new ByteReader(new Uint8Array(4), 'little');
  const outside: [what: string, read: () => unknown][] = [
    ['a u64 in four bytes', () => reader.u64(0)],
    ['a u32 that begins inside and ends outside', () => reader.u32(1)],
    ['a negative offset', () => reader.u8(-1)],
    ['an offset that is no number', () => reader.u8(Number.NaN)],
    ['a slice of negative length', () => reader.slice(0, -1)],
    ['a slice past the end', () => reader.slice(3, 2)],
    ['a huge offset', () => reader.u16(2 ** 52)],
  ];
  for (const [what, read] of outside) {
    it(`refuse ${what} with a clear error`, () => {
      expect(read).toThrow(EbpftsError);
      expect(read).toThrow(/truncated: .* needed at offset/);
    });
  }

  it('read a string up to its NUL, and refuse one that has none', () => {
    const text = new ByteReader(encodeUtf8('ab\0cd'), 'little');
    expect(text.cString(0)).toBe('ab');
    expect(() => text.cString(3)).toThrow(EbpftsError);
  });
});

describe('text', () => {
  it('keeps what is UTF-8 and marks what is not', () => {
    expect(decodeUtf8(encodeUtf8('grün'))).toBe('grün');
    expect(decodeUtf8(new Uint8Array([0x61, 0xff]))).toBe('a\ufffd');
  });
});
