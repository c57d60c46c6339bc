// Objects in which everything is called the same: what opening costs must grow with their size, not with its square.
import { expect, it, vi } from 'vitest';
import { ByteWriter } from '../../src/base/index.ts';
import { BtfBuilder } from '../../src/btf/index.ts';
import { openObject } from '../../src/object/index.ts';
import { buildElf, type ElfInput, type ElfInputSymbol } from '../support/elf.ts';

vi.setConfig({ testTimeout: 20_000 });

const HIDDEN = 2;
const INT = {
  kind: 'INT',
  name: 'int',
  size: 4,
  bits: 32,
  bitsOffset: 0,
  signed: true,
  char: false,
  bool: false,
} as const;

const open = (input: ElfInput) => openObject(buildElf(input), { name: 'test.bpf.o' });
const many = <T>(count: number, row: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => row(i));
const undefinedSymbol = (name: string): ElfInputSymbol => {
  return { name, value: 0, size: 0, bind: 1, type: 0, visibility: 0, section: 0 };
};

it('opens an object of 130,000 references to one kconfig value', () => {
  const btf = new BtfBuilder();
  btf.add(INT);
  btf.add({ kind: 'VAR', name: 'CONFIG_HZ', type: 1, linkage: 'extern' });
  btf.add({ kind: 'DATASEC', name: '.kconfig', size: 4, vars: [{ type: 2, offset: 0, size: 4 }] });
  const symbols = many(130_000, () => undefinedSymbol('CONFIG_HZ'));
  const object = open({ sections: [{ name: '.BTF', type: 1, data: btf.encode() }], symbols });
  expect(object.externs.length).toBe(130_000);
});

it('opens an object of 60,000 hidden functions of one name', () => {
  const btf = new BtfBuilder();
  btf.add({ kind: 'FUNC_PROTO', name: '', returnType: 0, params: [] });
  for (let i = 0; i < 60_000; i++) btf.add({ kind: 'FUNC', name: 'f', type: 1, linkage: 'global' });
  const text = { name: '.text', type: 1, flags: 6, data: Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0) };
  const symbols = many(60_000, () => {
    return { name: 'f', value: 0, size: 8, bind: 1, type: 2, visibility: HIDDEN, section: 1 };
  });
  const object = open({ sections: [text, { name: '.BTF', type: 1, data: btf.encode() }], symbols });
  expect(object.subprograms.length).toBe(60_000);
  expect(object.btf?.typeById(60_001)).toMatchObject({ kind: 'FUNC', linkage: 'static' });
});

it('opens an object of 50,000 kfuncs that share a prototype of 50,000 parameters', () => {
  const btf = new BtfBuilder();
  btf.add(INT);
  btf.add({ kind: 'FUNC_PROTO', name: '', returnType: 0, params: many(50_000, () => ({ name: '', type: 1 })) });
  btf.add({ kind: 'FUNC', name: 'bpf_kfunc', type: 2, linkage: 'extern' });
  const vars = many(50_000, () => ({ type: 3, offset: 0, size: 0 }));
  btf.add({ kind: 'DATASEC', name: '.ksyms', size: 0, vars });
  const sections = [{ name: '.BTF', type: 1, data: btf.encode() }];
  expect(open({ sections, symbols: [undefinedSymbol('bpf_kfunc')] }).externs.length).toBe(1);
});

it('opens an object of 30,000 maps of iproute2, each a map of the second', () => {
  const data = new ByteWriter('little');
  // type, key size, value size, entries, flags, id, pinning, inner id, inner index
  for (let i = 0; i < 30_000; i++) for (const word of [12, 4, 4, 1, 0, i + 1, 0, i === 1 ? 0 : 2, 0]) data.u32(word);
  const symbols = many(30_000, (i) => {
    return { name: 'm', value: i * 36, size: 36, bind: 1, type: 1, visibility: 0, section: 1 };
  });
  const object = open({ sections: [{ name: 'maps', type: 1, flags: 3, data: data.toBytes() }], symbols });
  expect(object.maps[0].slots[0]).toBe(object.maps[1]);
});

it('refuses 2,000 outer maps of iproute2 with 2,000 inner maps each', () => {
  const data = new ByteWriter('little');
  // An outer map: array of maps, inner id 9. An inner one: array, id 9.
  for (let i = 0; i < 2000; i++) for (const word of [12, 4, 4, 4000, 0, 1, 0, 9, 0]) data.u32(word);
  for (let i = 0; i < 2000; i++) for (const word of [2, 4, 4, 1, 0, 9, 0, 0, i]) data.u32(word);
  const symbols = many(4000, (i) => {
    return { name: 'm', value: i * 36, size: 36, bind: 1, type: 1, visibility: 0, section: 1 };
  });
  const open4000 = () => open({ sections: [{ name: 'maps', type: 1, flags: 3, data: data.toBytes() }], symbols });
  expect(open4000).toThrow('more than 1000000 slots');
});
