import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/index.ts';
import type { NewElfSection } from '../../src/elf/index.ts';
import {
  EM_BPF,
  ET_REL,
  encodeRelocations,
  encodeSymbols,
  parseElf,
  SHF_STRINGS,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_REL,
  SHT_STRTAB,
  SHT_SYMTAB,
  StringTableWriter,
  writeElf,
} from '../../src/elf/index.ts';

const plain = { flags: 0n, link: 0, info: 0, addralign: 1, entsize: 0 };

function section(name: string, type: number, data: Uint8Array, rest: Partial<NewElfSection> = {}): NewElfSection {
  return { ...plain, name, type, data, size: data.length, ...rest };
}

function sample(endian: 'little' | 'big') {
  const names = new StringTableWriter();
  const symbols = [
    { name: '', value: 0, size: 0, bind: 0, type: 0, visibility: 0, section: 0 },
    { name: 'main', value: 8, size: 16, bind: 1, type: 2, visibility: 2, section: 3 },
    { name: 'söme', value: 0, size: 4, bind: 2, type: 1, visibility: 0, section: 4 },
  ];
  const rows = [{ offset: 8, type: 10, symbol: 2 }];
  const table = encodeSymbols(symbols, names, endian);
  for (const name of ['.strtab', '.symtab', 'code', '.bss', '.relcode']) names.add(name);
  const sections = [
    section('.strtab', SHT_STRTAB, names.toBytes(), { flags: SHF_STRINGS }),
    section('.symtab', SHT_SYMTAB, table, { link: 1, addralign: 8, entsize: 24 }),
    section('code', SHT_PROGBITS, encodeUtf8('abcdefghijklmnop'), { flags: 6n, addralign: 16 }),
    section('.bss', SHT_NOBITS, new Uint8Array(), { flags: 3n, addralign: 8, size: 100 }),
    section('.relcode', SHT_REL, encodeRelocations(rows, endian), { link: 2, info: 3, addralign: 8, entsize: 16 }),
  ];
  const elf = { endian, type: ET_REL, machine: EM_BPF, sections, names, nameTable: 1 };
  return { elf, symbols, rows };
}

describe.each(['little', 'big'] as const)('a file of %s-endian order', (endian) => {
  test('is read as it was written', () => {
    const { elf, symbols, rows } = sample(endian);
    const read = parseElf(writeElf(elf));
    expect(read).toMatchObject({ endian, type: ET_REL, machine: EM_BPF });
    for (const [i, { data, ...header }] of elf.sections.entries()) {
      expect(read.sections[i + 1]).toMatchObject(header);
      expect([...read.sections[i + 1].data]).toEqual([...data]);
    }
    expect(read.symbols.map(({ index: _, rawSection: __, ...symbol }) => symbol)).toEqual(symbols);
    expect(read.relocationsFor(3)).toEqual(rows.map((row) => ({ ...row, addend: undefined })));
  });

  test('has every section where its alignment allows it, and NOBITS take no room', () => {
    const read = parseElf(writeElf(sample(endian).elf));
    for (const { offset, addralign } of read.sections.slice(1)) expect(offset % addralign).toBe(0);
    expect(read.sections[5].offset).toBe(read.sections[4].offset);
  });

  test('is the same whenever it is written', () => {
    expect(writeElf(sample(endian).elf)).toEqual(writeElf(sample(endian).elf));
  });
});

test('a string table holds each string once, in order', () => {
  const names = new StringTableWriter();
  expect(['b', 'a', 'b', '', 'ab'].map((name) => names.add(name))).toEqual([1, 3, 1, 0, 5]);
  expect([...names.toBytes()]).toEqual([0, 98, 0, 97, 0, 97, 98, 0]);
});

test('more sections than 16 bits count are refused', () => {
  const { elf } = sample('little');
  const sections = new Array(0xff00).fill(elf.sections[3]);
  expect(() => writeElf({ ...elf, sections })).toThrow('65281 sections, at most 65279 can be written');
});
