import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ByteWriter, encodeUtf8 } from '../../src/base/index.ts';
import { BtfBuilder, formatBtfRaw, parseBtf } from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { allKinds } from '../support/all-kinds.ts';
import { mulberry32 } from '../support/random.ts';
import { randomBtf } from '../support/random-btf.ts';
import { sampleObject, sampleObjects, shippedKernelBtf } from '../support/samples.ts';

const decoded = vi.hoisted(() => ({ types: 0 }));
vi.mock('../../src/btf/decode-type.ts', async (original) => {
  const module = await original<typeof import('../../src/btf/decode-type.ts')>();
  const decodeType: typeof module.decodeType = (...words) => {
    decoded.types++;
    return module.decodeType(...words);
  };
  return { ...module, decodeType };
});

const btfOf = (path: string) => parseElf(sampleObject(path)).sectionNamed('.BTF')?.data ?? new Uint8Array();

/** A blob whose header has the place of a layout section. */
function longHeader(layout: readonly number[]): Uint8Array {
  const plain = parseBtf(allKinds().encode());
  const out = new ByteWriter('little');
  const types = plain.words.length * 4;
  const layoutSize = layout.length * 4;
  out.u16(0xeb9f).u8(1).u8(0).u32(32);
  out
    .u32(0)
    .u32(types)
    .u32(types + layoutSize)
    .u32(plain.strings.size);
  out.u32(layoutSize === 0 ? 0 : types).u32(layoutSize);
  for (const word of [...plain.words, ...layout]) out.u32(word);
  return out.raw(plain.strings.bytes).toBytes();
}

describe('BtfBuilder', () => {
  const blobs: [name: string, bytes: () => Uint8Array][] = [
    ['the shipped kernel', shippedKernelBtf],
    ...['clang-14/el', 'clang-14/eb', 'clang-19/el', 'clang-19/eb', 'gcc/el', 'gcc/eb'].map(
      (folder): [string, () => Uint8Array] => [`an object of ${folder}`, () => btfOf(sampleObjects(folder)[0])],
    ),
    ['a long header without a layout section', () => longHeader([])],
    ['a long header with one', () => longHeader(new Array<number>(20).fill(0x0c))],
  ];
  test.each(blobs)(
    '%s, read and written again, is the same bytes, in the other byte order and back too',
    (_name, make) => {
      const bytes = make();
      const btf = parseBtf(bytes);
      expect(Buffer.compare(BtfBuilder.from(btf).encode(), bytes)).toBe(0);
      const swapped = BtfBuilder.from(btf, { endian: btf.endian === 'little' ? 'big' : 'little' }).encode();
      expect(Buffer.compare(formatBtfRaw(parseBtf(swapped)), formatBtfRaw(btf))).toBe(0);
      expect(Buffer.compare(BtfBuilder.from(parseBtf(swapped), { endian: btf.endian }).encode(), bytes)).toBe(0);
    },
  );

  test('any types are the same after they were written and read, in either byte order', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('little', 'big'),
        (seed, count, endian) => {
          const builder = randomBtf(mulberry32(seed), { count });
          const direct = builder.toBtf();
          const read = parseBtf(BtfBuilder.from(direct, { endian }).encode());
          expect(read.endian).toBe(endian);
          expect([...read.types()]).toEqual([...direct.types()]);
          const again = new BtfBuilder();
          for (const { id: _id, ...type } of read.types()) if (type.kind !== 'VOID') again.add(type);
          expect([...again.toBtf().types()]).toEqual([...direct.types()]);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('a big-endian object has the types of its little-endian twin', () => {
    const raw = (path: string) => new TextDecoder().decode(formatBtfRaw(parseBtf(btfOf(path))));
    let compared = 0;
    for (const path of sampleObjects('clang-19/el')) {
      const little = raw(path);
      // The headers themselves differ: order of bitfields, registers of the processor.
      if (/'iphdr'|pt_regs|'bpf_perf_event_data'/.test(little)) continue;
      expect(raw(path.replace('/el/', '/eb/')), path).toBe(little);
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  test('another type in the place of one moves those after it', () => {
    const builder = allKinds();
    builder.replace(6, {
      kind: 'ENUM',
      name: 'shade',
      size: 4,
      signed: false,
      values: [1, 2, 3].map((value) => ({ name: `S${value}`, value })),
    });
    const before = [...allKinds().toBtf().types()];
    const after = [...builder.toBtf().types()];
    expect(after.filter(({ id }) => id !== 6)).toEqual(before.filter(({ id }) => id !== 6));
    expect(after[5]).toMatchObject({
      kind: 'ENUM',
      name: 'shade',
      values: [{ name: 'S1' }, { name: 'S2' }, { name: 'S3' }],
    });
  });

  test('strings of the base are not written again', () => {
    const base = allKinds().toBtf();
    const builder = new BtfBuilder({ base });
    builder.add({ kind: 'TYPEDEF', name: 'node', type: 7 });
    expect(new TextDecoder().decode(builder.encode())).not.toContain('node');
    expect(builder.string('node')).toBeLessThan(base.strings.size);
    expect(builder.string('nowhere')).toBe(base.strings.size);
    expect(encodeUtf8('nowhere').length + 1).toBe(builder.toBtf().strings.size - base.strings.size);
  });
});

test('a kernel is opened and dumped without its types becoming objects', () => {
  const bytes = shippedKernelBtf();
  decoded.types = 0;
  const btf = parseBtf(bytes);
  expect(btf.typeCount).toBeGreaterThan(100_000);
  expect(decoded.types).toBe(0);
  expect(btf.idsByName('task_struct').length).toBeGreaterThan(0);
  expect(BtfBuilder.from(btf).encode().length).toBe(bytes.length);
  expect(decoded.types).toBe(0);
  expect(btf.findByName('task_struct', 'STRUCT')?.name).toBe('task_struct');
  expect(btf.findByName('task_struct', 'STRUCT')).toBe(btf.findByName('task_struct', 'STRUCT'));
  expect(decoded.types).toBe(1);
});
