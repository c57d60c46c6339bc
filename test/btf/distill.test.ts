import { describe, expect, test } from 'vitest';
import type { Btf } from '../../src/btf/index.ts';
import { BtfBuilder, distillBase, formatBtfRaw, parseBtf, relocateToBase } from '../../src/btf/index.ts';
import { allKinds } from '../support/all-kinds.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const raw = (btf: Btf) => new TextDecoder().decode(formatBtfRaw(btf)).trimEnd().split('\n');

/** Types as a module has them: of a struct of the kernel, of a pointer to one, of a nameless one. */
function moduleOf(base: Btf): Btf {
  const id = (name: string, kind: 'STRUCT' | 'INT' | 'ENUM') => base.findByName(name, kind)?.id ?? 0;
  const pointer = Array.from({ length: base.typeCount }, (_, at) => at).find(
    (at) => base.kindOf(at) === 2 && base.third(at) === id('node', 'STRUCT'),
  );
  const builder = new BtfBuilder({ base });
  const member = (name: string, type: number, bitOffset: number) => ({ name, type, bitOffset, bitfieldSize: 0 });
  builder.add({
    kind: 'STRUCT',
    name: 'mine',
    size: 64,
    bitfields: false,
    members: [
      member('head', id('node', 'STRUCT'), 0),
      member('next', pointer ?? 0, 320),
      member('hue', id('colour', 'ENUM'), 384),
    ],
  });
  return builder.toBtf();
}

describe('a distilled base', () => {
  const base = allKinds().toBtf();
  const { base: small, btf } = distillBase(moduleOf(base));

  test('has only names and sizes of what the split BTF needs', () => {
    expect(raw(small)).toEqual([
      "[1] ENUM 'colour' encoding=UNSIGNED size=4 vlen=0",
      "[2] STRUCT 'node' size=40 vlen=0",
    ]);
    expect(raw(btf).filter((line) => !line.startsWith('\t'))).toEqual([
      "[3] STRUCT 'mine' size=64 vlen=3",
      "[4] PTR '(anon)' type_id=2",
    ]);
  });

  test('gives way to a whole base, whatever the ids and strings are there', () => {
    const other = new BtfBuilder();
    other.string('something before');
    other.add({ kind: 'FLOAT', name: 'double', size: 8 });
    other.addBtf(base);
    const whole = other.toBtf();
    const back = relocateToBase(btf, whole);
    const mine = back.findByName('mine', 'STRUCT');
    expect(mine?.members.map(({ type }) => back.nameOf(type))).toEqual(['node', '', 'colour']);
    expect(mine?.members[0].type).toBe(whole.findByName('node', 'STRUCT')?.id);
    expect(parseBtf(BtfBuilder.from(back).encode(), { base: whole }).findByName('mine')).toEqual(mine);
  });

  const changed = (name: string, size: number) => {
    const builder = BtfBuilder.from(base);
    const node = base.findByName('node', 'STRUCT');
    if (node !== undefined) builder.replace(node.id, { ...node, name, size });
    return builder;
  };
  const twice = () => {
    const builder = changed('node', 40);
    builder.add({ kind: 'STRUCT', name: 'node', size: 40, bitfields: false, members: [] });
    return builder.toBtf();
  };
  const refused: [name: string, base: () => Btf, code: string][] = [
    ['a base without the struct', () => changed('knot', 40).toBtf(), 'BTF_UNMAPPED_BASE'],
    ['a base where an embedded struct has another size', () => changed('node', 48).toBtf(), 'BTF_UNMAPPED_BASE'],
    ['a base with two of them', twice, 'BTF_AMBIGUOUS_BASE'],
  ];
  test.each(refused)('does not fit %s', (_name, make, code) => {
    expect(() => relocateToBase(btf, make())).toThrowError(expect.objectContaining({ name: 'BtfError', code }));
  });

  test('is asked of a split BTF alone', () => {
    expect(() => distillBase(base)).toThrowError(expect.objectContaining({ code: 'BTF_NOT_SPLIT' }));
    expect(() => relocateToBase(base, base)).toThrowError(expect.objectContaining({ code: 'BTF_NOT_SPLIT' }));
  });

  test('of a kernel is small', () => {
    const kernel = parseBtf(shippedKernelBtf());
    const builder = new BtfBuilder({ base: kernel });
    builder.add({ kind: 'PTR', name: '', type: kernel.findByName('task_struct', 'STRUCT')?.id ?? 0 });
    const distilled = distillBase(builder.toBtf());
    expect(distilled.base.typeCount).toBe(2);
    const pointer = relocateToBase(distilled.btf, kernel).typeById(kernel.typeCount);
    expect(pointer).toMatchObject({ kind: 'PTR', type: kernel.findByName('task_struct', 'STRUCT')?.id });
  });
});
