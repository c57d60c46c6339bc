import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/index.ts';
import { BtfBuilder, BtfError, parseBtf } from '../../src/btf/index.ts';
import { allKinds } from '../support/all-kinds.ts';
import { mulberry32 } from '../support/random.ts';
import { shippedKernelBtf } from '../support/samples.ts';

/** A blob with a header of our choice around given words and strings. */
function blob(parts: { words?: number[]; strings?: string; header?: Partial<Record<string, number>>; tail?: number }) {
  const { words = [], strings = '\0', header = {}, tail = 0 } = parts;
  const out = new ByteWriter('little');
  const size = words.length * 4 + tail;
  out
    .u16(header.magic ?? 0xeb9f)
    .u8(header.version ?? 1)
    .u8(0)
    .u32(header.hdr_len ?? 24);
  out.u32(header.type_off ?? 0).u32(header.type_len ?? size);
  out.u32(header.str_off ?? size).u32(header.str_len ?? strings.length);
  for (const word of words) out.u32(word);
  out.zeros(tail);
  return out.raw(new TextEncoder().encode(strings)).toBytes();
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

const INT = (name: number) => [name, 0x0100_0000, 4, 32];
const kind = (number: number, vlen = 0) => ((number << 24) | vlen) >>> 0;

describe('parseBtf', () => {
  test('reads every kind in both byte orders to the same types', () => {
    const little = parseBtf(allKinds('little').encode());
    const big = parseBtf(allKinds('big').encode());
    expect(big.endian).toBe('big');
    expect([...big.types()]).toEqual([...little.types()]);
    expect(new Set([...little.types()].map((type) => type.kind)).size).toBe(19);
  });

  test('what is built, encoded, parsed and built from again gives the same bytes', () => {
    for (const endian of ['little', 'big'] as const) {
      const bytes = allKinds(endian).encode();
      expect(BtfBuilder.from(parseBtf(bytes)).encode()).toEqual(bytes);
    }
  });

  test('the shipped kernel, encoded again, has the same types and strings', () => {
    const btf = parseBtf(shippedKernelBtf());
    const again = parseBtf(BtfBuilder.from(btf).encode());
    expect(Buffer.compare(bytesOf(again.words), bytesOf(btf.words))).toBe(0);
    expect(Buffer.compare(again.strings.bytes, btf.strings.bytes)).toBe(0);
  });

  test('bytes that are not aligned are read all the same', () => {
    const bytes = allKinds().encode();
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(parseBtf(shifted.subarray(1)).typeById(7).name).toBe('node');
  });

  test('a longer header with a layout section lets unknown kinds be skipped', () => {
    const layout = [...new Array(20).fill(0), 0x0000_0804];
    const words = [...INT(1), 1, kind(20, 2), 0, 9, 8, 8, 7, 7, ...INT(1)];
    const strings = '\0int\0';
    const out = new ByteWriter('little');
    out
      .u16(0xeb9f)
      .u8(1)
      .u8(0)
      .u32(32)
      .u32(0)
      .u32(words.length * 4);
    out
      .u32((words.length + layout.length) * 4)
      .u32(strings.length)
      .u32(words.length * 4)
      .u32(layout.length * 4);
    for (const word of [...words, ...layout]) out.u32(word);
    const btf = parseBtf(out.raw(new TextEncoder().encode(strings)).toBytes());
    expect(btf.typeCount).toBe(4);
    expect(btf.typeById(2)).toEqual({ kind: 'UNKN', id: 2, name: 'int', kindNumber: 20, words: words.slice(4, 12) });
    expect(btf.typeById(3).name).toBe('int');
  });

  test('vlen has 24 bits', () => {
    const count = 70_000;
    const words = [1, kind(6, count), 4];
    for (let i = 0; i < count; i++) words.push(1, i);
    expect(parseBtf(blob({ words, strings: '\0e\0' })).vlenOf(1)).toBe(count);
  });

  test('a split BTF goes on with the ids and strings of its base', () => {
    const base = parseBtf(allKinds().encode());
    const builder = new BtfBuilder({ base });
    const id = builder.add({ kind: 'PTR', name: '', type: 7 });
    const named = builder.add({ kind: 'TYPEDEF', name: 'node', type: id });
    builder.add({ kind: 'TYPEDEF', name: 'own', type: named });
    const split = parseBtf(builder.encode(), { base });
    expect(split.firstId).toBe(base.typeCount);
    expect(split.typeById(id)).toEqual({ kind: 'PTR', id, name: '', type: 7 });
    expect(split.typeById(7)).toBe(base.typeById(7));
    expect(split.idsByName('node')).toEqual([7, named]);
    expect(split.findByName('own')?.id).toBe(named + 1);
    expect([...split.types()].map((type) => type.id)).toEqual([id, named, named + 1]);
  });

  const malformed: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'BTF_TRUNCATED'],
    ['another magic', blob({ header: { magic: 0x1234 } }), 'BTF_MAGIC'],
    ['another version', blob({ header: { version: 2 } }), 'BTF_VERSION'],
    ['a header that ends before its fields', blob({ header: { hdr_len: 16 } }), 'BTF_HEADER'],
    ['a header longer than the bytes', blob({ header: { hdr_len: 4096 } }), 'BTF_TRUNCATED'],
    ['types at an odd offset', blob({ header: { type_off: 2, str_off: 8 } }), 'BTF_HEADER'],
    ['strings before the types end', blob({ words: INT(0), header: { str_off: 4 } }), 'BTF_HEADER'],
    ['strings beyond the end', blob({ header: { str_len: 0xffff_ffff } }), 'BTF_TRUNCATED'],
    ['no strings', blob({ strings: '' }), 'BTF_STRINGS'],
    ['a first string that is not empty', blob({ strings: 'a\0' }), 'BTF_STRINGS'],
    ['a last string without an end', blob({ strings: '\0a' }), 'BTF_STRINGS'],
    ['half a type', blob({ words: [0, kind(2)] }), 'BTF_TYPE_BOUNDS'],
    ['bytes after the last type', blob({ words: INT(0), tail: 3 }), 'BTF_TYPE_BOUNDS'],
    ['kind 0', blob({ words: [0, 0, 0] }), 'BTF_KIND'],
    ['a kind that nobody knows', blob({ words: [0, kind(99), 0] }), 'BTF_KIND'],
    ['more members than bytes', blob({ words: [0, kind(4, 0xff_ffff), 4] }), 'BTF_TYPE_BOUNDS'],
    ['a pointer to no type', blob({ words: [0, kind(2), 2] }), 'BTF_TYPE_ID'],
    ['an array of no type', blob({ words: [0, kind(3), 0, 9, 0, 1] }), 'BTF_TYPE_ID'],
    ['a member of no type', blob({ words: [0, kind(4, 1), 4, 0, 7, 0] }), 'BTF_TYPE_ID'],
    ['a name beyond the strings', blob({ words: INT(5) }), 'BTF_STRING_OFFSET'],
    ['an enumerator beyond the strings', blob({ words: [0, kind(6, 1), 4, 77, 0] }), 'BTF_STRING_OFFSET'],
    ['a function of an int', blob({ words: [...INT(0), 0, kind(12), 1] }), 'BTF_FUNC_TYPE'],
    ['a function of void', blob({ words: [0, kind(12), 0] }), 'BTF_FUNC_TYPE'],
  ];
  test.each(malformed)('refuses %s', (_name, bytes, code) => {
    expect(() => parseBtf(bytes)).toThrowError(expect.objectContaining({ name: 'BtfError', code }));
  });

  test('mutated blobs end in a value or a BtfError', () => {
    const random = mulberry32(1);
    const original = allKinds().encode();
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = original.slice(0, random() < 0.1 ? Math.floor(random() * original.length) : undefined);
      for (let flips = 1 + Math.floor(random() * 4); flips > 0 && bytes.length > 0; flips--) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      try {
        for (const type of parseBtf(bytes).types()) expect(type.id).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  test.runIf(existsSync('/sys/kernel/btf/vmlinux'))('the running kernel knows itself', () => {
    const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
    expect(btf.findByName('task_struct', 'STRUCT')?.members.length).toBeGreaterThan(100);
    expect(btf.pointerSize).toBe(8);
    expect(btf.idsByName('no such type')).toEqual([]);
  });
});
