import { expect, test } from 'vitest';
import {
  alignOf,
  BTF_KIND,
  BtfBuilder,
  essentialName,
  parseBtf,
  resolveType,
  sizeOf,
  skipModifiers,
} from '../../src/btf/index.ts';
import { allKinds } from '../support/all-kinds.ts';

const btf = parseBtf(allKinds().encode());

const facts: [string, number, number | undefined, number][] = [
  ['void', 0, undefined, 0],
  ['int', 1, 4, 4],
  ['a pointer', 4, 8, 8],
  ['an array', 5, 12, 4],
  ['a struct', 7, 40, 8],
  ['a union', 8, 8, 8],
  ['a forward declaration', 9, undefined, 0],
  ['a typedef', 10, 40, 8],
  ['a prototype', 14, undefined, 0],
  ['a variable', 16, 40, 0],
  ['a section', 17, 40, 0],
  ['a double', 18, 8, 8],
  ['a packed struct', 25, 20, 0],
];
test.each(facts)('%s has its size and alignment', (_name, id, size, align) => {
  expect(sizeOf(btf, id)).toBe(size);
  expect(alignOf(btf, id)).toBe(align);
});

test('modifiers and typedefs are looked through', () => {
  expect(skipModifiers(btf, 12)).toBe(4);
  expect(resolveType(btf, 10).id).toBe(7);
});

test('loops have no size, no alignment and end', () => {
  const builder = new BtfBuilder();
  builder.add({ kind: 'TYPEDEF', name: 'a', type: 2 });
  builder.add({ kind: 'CONST', name: '', type: 1 });
  builder.add({ kind: 'ARRAY', name: '', type: 3, indexType: 0, count: 2 });
  const inside = { name: 'm', type: 4, bitOffset: 0, bitfieldSize: 0 };
  builder.add({ kind: 'STRUCT', name: 's', size: 4, bitfields: false, members: [inside] });
  const loops = parseBtf(builder.encode());
  expect([1, 2, 3].map((id) => sizeOf(loops, id))).toEqual([undefined, undefined, undefined]);
  expect([1, 2, 3, 4].map((id) => alignOf(loops, id))).toEqual([0, 0, 0, 0]);
  expect(resolveType(loops, 1).name).toBeTypeOf('string');
});

test('an alignment that thousands of paths lead to is worked out once', () => {
  const builder = new BtfBuilder();
  for (let id = 1; id <= 60; id++) {
    const members = ['a', 'b'].map((name) => ({ name, type: id + 1, bitOffset: 0, bitfieldSize: 0 }));
    builder.add({ kind: 'STRUCT', name: `s${id}`, size: 8, bitfields: false, members });
  }
  builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
  expect(alignOf(parseBtf(builder.encode()), 1)).toBe(4);
});

test('the size of an array of arrays stays within 32 bits', () => {
  const builder = new BtfBuilder();
  builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
  builder.add({ kind: 'ARRAY', name: '', type: 1, indexType: 1, count: 0x10_0000 });
  builder.add({ kind: 'ARRAY', name: '', type: 2, indexType: 1, count: 0x10_0000 });
  const big = parseBtf(builder.encode());
  expect([sizeOf(big, 2), sizeOf(big, 3)]).toEqual([0x40_0000, undefined]);
});

const names: [string, string][] = [
  ['task_struct', 'task_struct'],
  ['task_struct___old', 'task_struct'],
  ['a___b___c', 'a___b'],
  ['___x', '___x'],
  ['a____b', 'a____b'],
  ['a___', 'a___'],
  ['a___b_', 'a'],
  ['', ''],
];
test.each(names)('the essential name of %s is %s, as text and in the index', (name, essential) => {
  expect(essentialName(name)).toBe(essential);
  const builder = new BtfBuilder();
  builder.add({ kind: 'FWD', name, fwdKind: 'struct' });
  const ids = parseBtf(builder.encode()).ownIdsByEssentialName(essential, BTF_KIND.FWD);
  expect(ids).toEqual(name === '' ? [] : [1]);
});
