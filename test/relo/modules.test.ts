import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BtfBuilder, parseBtf } from '../../src/btf/index.ts';
import { openObject } from '../../src/object/index.ts';
import { relocateObject } from '../../src/relo/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const target = parseBtf(shippedKernelBtf());
const int = target.findByName('int', 'INT')?.id ?? 0;
/** The first id of each module's own types: a prototype, then a function of it. */
const first = target.typeCount;

/** A module's types: a kfunc that takes an `int`, and what else is added. */
function moduleOf(kfunc: string, more: (builder: BtfBuilder) => void) {
  const builder = new BtfBuilder({ base: target });
  const params = [{ name: 'number', type: int }];
  const proto = builder.add({ kind: 'FUNC_PROTO', name: '', returnType: int, params });
  builder.add({ kind: 'FUNC', name: kfunc, type: proto, linkage: 'static' });
  more(builder);
  return parseBtf(builder.encode(), { base: target });
}

const modules = [
  {
    name: 'mod_one',
    btf: moduleOf('first_kfunc', (builder) => {
      builder.add({ kind: 'VAR', name: 'module_variable', type: int, linkage: 'global' });
    }),
  },
  {
    name: 'mod_two',
    btf: moduleOf('second_kfunc', (builder) => {
      const members = [{ name: 'second', type: int, bitOffset: 96, bitfieldSize: 0 }];
      builder.add({ kind: 'STRUCT', name: 'only_in_module', size: 16, bitfields: false, members });
    }),
  },
];

const bytes = readFileSync(new URL('../fixtures/objects/module_users.bpf.o', import.meta.url));

function relocated(name: string) {
  const object = openObject(bytes, { name: 'module_users.bpf.o' });
  for (const program of object.programs) program.autoload = program.name === name;
  const result = relocateObject(object, { target, modules: () => modules });
  return { ...result, program: result.programs[0] };
}

/*
 * What libbpf 1.5 makes of the same object with modules of the same types, but for the ids, which go on from those of
 * the kernel: `scripts/libbpf-loads -m`.
 */
describe('an object that uses what modules have', () => {
  it('calls their kfuncs by an index into fd_array, whatever their flavour', () => {
    const { program, fdArray } = relocated('calls');
    expect(fdArray).toEqual(['mod_one', 'mod_two']);
    const calls = [1, 4, 8].map((slot) => program.insns.get(slot));
    expect(calls.map(({ src, off, imm }) => [src, off, imm])).toEqual([
      [2, 1, first + 1],
      [2, 1, first + 1],
      [2, 2, first + 1],
    ]);
  });

  it('poisons calls of weak kfuncs that are of another type or nowhere', () => {
    const { program } = relocated('calls');
    expect([20, 30].map((slot) => program.insns.imm(slot))).toEqual([2_002_000_006, 2_002_000_004]);
    expect([15, 27].map((slot) => program.insns.imm64(slot))).toEqual([0n, 0n]);
  });

  it('reads their variables by the BTF of the module; a variable has no flavours', () => {
    const { program } = relocated('reads');
    const { src, imm } = program.insns.get(0);
    expect([src, imm]).toEqual([3, first + 2]);
    expect(program.moduleRefs).toMatchObject([{ insn: 0, module: 'mod_one', kind: 'ksym' }]);
    expect(program.insns.get(8)).toMatchObject({ src: 0, imm: 0 });
  });

  it('finds their types where the kernel has none of that name', () => {
    const { program } = relocated('types');
    expect([program.insns.imm(0), program.insns.imm(1)]).toEqual([16, 12]);
  });
});
