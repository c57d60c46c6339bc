import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BtfId, NewBtfType } from '../../src/btf/index.ts';
import { type Btf, BtfBuilder, dedupBtf, formatBtfRaw, mergeBtf, parseBtf, parseBtfExt } from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { allKinds } from '../support/all-kinds.ts';
import { mergeInput } from '../support/btf-merges.ts';
import { recordedRows, sampleObject } from '../support/samples.ts';

const text = (btf: Btf) => new TextDecoder().decode(formatBtfRaw(btf)).trimEnd().split('\n');
const ptr = (type: BtfId): NewBtfType => ({ kind: 'PTR', name: '', type });
const struct = (name: string, ...types: BtfId[]): NewBtfType => ({
  kind: 'STRUCT',
  name,
  size: 8 * types.length,
  bitfields: false,
  members: types.map((type, i) => ({ name: `m${i}`, type, bitOffset: 64 * i, bitfieldSize: 0 })),
});
const int: NewBtfType = {
  kind: 'INT',
  name: 'int',
  size: 4,
  bits: 32,
  bitsOffset: 0,
  signed: true,
  char: false,
  bool: false,
};
const forward = (name: string): NewBtfType => ({ kind: 'FWD', name, fwdKind: 'struct' });
const enumeration = (name: string, ...values: string[]): NewBtfType => ({
  kind: 'ENUM',
  name,
  size: 4,
  signed: false,
  values: values.map((label, value) => ({ name: label, value })),
});

function built(...types: NewBtfType[]): Btf {
  const builder = new BtfBuilder();
  for (const type of types) builder.add(type);
  return builder.toBtf();
}

describe('dedupBtf', () => {
  const rows = recordedRows('btf-merges.csv');
  test.each(rows)('%s %s gives %s types, byte for byte as libbpf', (kind, what, types, digest) => {
    const input = mergeInput(kind, what);
    const base = input.base && parseBtf(input.base);
    const merged = mergeBtf(
      input.files.map((bytes) => parseBtf(bytes, { base })),
      { base },
    );
    expect(String(merged.typeCount)).toBe(types);
    const bytes = BtfBuilder.from(merged, { endian: 'little' }).encode();
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  });

  const cases: [name: string, btf: Btf, expected: string[]][] = [
    [
      'equal primitives become one',
      built(int, int, ptr(2), ptr(1)),
      ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED", "[2] PTR '(anon)' type_id=1"],
    ],
    [
      'structs that hold themselves become one',
      built(struct('list', 2), ptr(1), struct('list', 4), ptr(3)),
      ["[1] STRUCT 'list' size=8 vlen=1", "\t'm0' type_id=2 bits_offset=0", "[2] PTR '(anon)' type_id=1"],
    ],
    [
      'a declaration becomes the struct that it declares',
      built(forward('s'), ptr(1), struct('user', 2), struct('s', 5), ptr(4), struct('user', 5)),
      [
        "[1] PTR '(anon)' type_id=3",
        "[2] STRUCT 'user' size=8 vlen=1",
        "\t'm0' type_id=1 bits_offset=0",
        "[3] STRUCT 's' size=8 vlen=1",
        "\t'm0' type_id=1 bits_offset=0",
      ],
    ],
    [
      'a declaration of what there are two of stays',
      built(forward('s'), ptr(1), struct('s'), struct('s', 2)),
      [
        "[1] FWD 's' fwd_kind=struct",
        "[2] PTR '(anon)' type_id=1",
        "[3] STRUCT 's' size=0 vlen=0",
        "[4] STRUCT 's' size=8 vlen=1",
        "\t'm0' type_id=2 bits_offset=0",
      ],
    ],
    [
      'an enum without values becomes the one with values',
      built(enumeration('e'), ptr(1), enumeration('e', 'A'), enumeration('e')),
      ["[1] PTR '(anon)' type_id=2", "[2] ENUM 'e' encoding=UNSIGNED size=4 vlen=1", "\t'A' val=0"],
    ],
  ];
  test.each(cases)('%s', (_name, btf, expected) => {
    expect(text(dedupBtf(btf).btf)).toEqual(expected);
  });

  test('variables and sections stay, and what they refer to is found again', () => {
    const twice = new BtfBuilder();
    twice.addBtf(allKinds().toBtf());
    twice.addBtf(allKinds().toBtf());
    const before = twice.toBtf();
    const { btf, ids } = dedupBtf(before);
    expect(btf.typeCount).toBe(allKinds().toBtf().typeCount + 2);
    for (let id = 1; id < before.typeCount; id++) {
      expect([btf.kindOf(ids[id]), btf.nameOf(ids[id])]).toEqual([before.kindOf(id), before.nameOf(id)]);
    }
    expect(btf.findByName('.bss', 'DATASEC')?.vars).toEqual([{ type: ids[16], offset: 0, size: 40 }]);
  });

  test('the records of .BTF.ext follow the types and strings that they name', () => {
    const elf = parseElf(sampleObject('clang-19/el/core_reads.bpf.o'));
    const data = (name: string) => elf.sectionNamed(name)?.data ?? new Uint8Array();
    const btf = parseBtf(data('.BTF'));
    const ext = parseBtfExt(data('.BTF.ext'));
    const after = dedupBtf(btf, { ext });
    const names = (from: Btf, records: typeof ext | undefined) =>
      records?.coreRelos.flatMap(({ words, recordSize, count, sectionName }) =>
        Array.from({ length: count }, (_, i) => {
          const at = (i * recordSize) / 4;
          return [from.strings.at(sectionName), from.nameOf(words[at + 1]), from.strings.at(words[at + 2])];
        }),
      );
    expect(names(after.btf, after.ext)).toEqual(names(btf, ext));
    expect(names(btf, ext)?.length).toBeGreaterThan(3);
  });

  test('a split BTF of another base cannot be added', () => {
    const base = allKinds().toBtf();
    const split = new BtfBuilder({ base });
    split.add(ptr(1));
    const other = new BtfBuilder({ base: allKinds().toBtf() });
    expect(() => other.addBtf(split.toBtf())).toThrowError(expect.objectContaining({ code: 'BTF_OTHER_BASE' }));
  });
});

describe('hostile BTF', () => {
  const many = (count: number, make: (at: number) => NewBtfType[]): Btf => {
    const builder = new BtfBuilder();
    for (let i = 0; i < count; i++) for (const type of make(builder.nextId)) builder.add(type);
    return builder.toBtf();
  };

  const refused: [name: string, btf: () => Btf, code: string][] = [
    ['a pointer to itself', () => built(ptr(1)), 'BTF_REFERENCE_LOOP'],
    ['pointers in a ring', () => built(ptr(2), ptr(3), ptr(1)), 'BTF_REFERENCE_LOOP'],
    [
      'a variable within a struct',
      () =>
        built(
          int,
          ...[0, 2].flatMap((at): NewBtfType[] => [
            { kind: 'VAR', name: 'v', type: 1, linkage: 'static' },
            struct('s', at + 2),
          ]),
        ),
      'BTF_KIND_IN_STRUCT',
    ],
    [
      'like-named structs that differ only two structs further on, beside a declaration',
      () =>
        many(4_000, (at) => [
          struct('a', at + 1),
          ptr(at + 2),
          struct('b', at + 3),
          ptr(at + 4),
          struct(`c${at}`),
          forward('b'),
        ]),
      'BTF_DEDUP_WORK',
    ],
  ];
  test.each(refused)('%s ends in an error', (_name, make, code) => {
    const btf = make();
    expect(() => dedupBtf(btf)).toThrowError(expect.objectContaining({ name: 'BtfError', code }));
  });

  const kept: [name: string, btf: () => Btf, types: number][] = [
    ['a struct that holds itself by value', () => built(struct('s', 1), struct('s', 2)), 2],
    [
      '200,000 qualifiers of each other',
      () => many(200_000, (at) => [{ kind: 'CONST', name: '', type: at - 1 }]),
      200_001,
    ],
    ['50,000 nameless structs, each within the one before', () => many(50_000, (at) => [struct('', at - 1)]), 50_001],
    ['50,000 nameless enums', () => many(50_000, (at) => [enumeration('', `E${at}`)]), 50_001],
    [
      '50,000 like-named structs of other types',
      () => many(50_000, (at) => [struct('s', at + 1), { ...int, name: `i${at}` }]),
      100_001,
    ],
    ['50,000 declarations of one enum', () => many(50_000, () => [enumeration('e')]), 2],
    [
      'a struct of 100,000 members, twice',
      () => built(int, ...[0, 0].map(() => struct('s', ...new Array<BtfId>(100_000).fill(1)))),
      3,
    ],
  ];
  test.each(kept)('%s is no burden', (_name, make, types) => {
    expect(dedupBtf(make()).btf.typeCount).toBe(types);
  });

  test('strings that are all the ends of one are refused before they fill the memory', () => {
    const long = 'x'.repeat(200_000);
    const builder = new BtfBuilder();
    builder.string(long);
    for (let i = 0; i < 20_000; i++) builder.add(ptr(0));
    const bytes = builder.encode();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // Each type of three words behind the header gets the name that begins a byte further on.
    for (let id = 1; id <= 20_000; id++) view.setUint32(24 + 12 * (id - 1), id, true);
    const overlapping = parseBtf(bytes);
    expect(() => dedupBtf(overlapping)).toThrowError(expect.objectContaining({ code: 'BTF_STRINGS' }));
    expect(() => overlapping.idsByName('x')).toThrowError(expect.objectContaining({ code: 'BTF_STRINGS' }));
  });

  test('a name that 100,000 types share is looked up once', () => {
    const btf = many(100_000, () => [{ kind: 'TYPEDEF', name: 't', type: 0 }]);
    expect(btf.idsByName('t')).toBe(btf.idsByName('t'));
    let found = 0;
    for (let i = 0; i < 100_000; i++) if (btf.findByName('t', 'STRUCT') !== undefined) found++;
    expect(found).toBe(0);
  });
});
