import type { Endian } from '../../src/base/index.ts';
import { BtfBuilder } from '../../src/btf/index.ts';

const plainInt = { kind: 'INT', bitsOffset: 0, signed: false, char: false, bool: false } as const;

/** A BTF that has every kind, most in more than one form; ids as the comments say. */
export function allKinds(endian: Endian = 'little'): BtfBuilder {
  const builder = new BtfBuilder({ endian });
  const member = (name: string, type: number, bitOffset: number, bitfieldSize = 0) => {
    return { name, type, bitOffset, bitfieldSize };
  };
  builder.add({ ...plainInt, name: 'int', size: 4, bits: 32, signed: true }); // 1
  builder.add({ ...plainInt, name: 'unsigned char', size: 1, bits: 8 }); // 2
  builder.add({ ...plainInt, name: '_Bool', size: 1, bits: 8, bool: true }); // 3
  builder.add({ kind: 'PTR', name: '', type: 7 }); // 4
  builder.add({ kind: 'ARRAY', name: '', type: 1, indexType: 1, count: 3 }); // 5
  builder.add({ kind: 'ENUM', name: 'colour', size: 4, signed: true, values: [{ name: 'RED', value: -1 }] }); // 6
  builder.add({
    kind: 'STRUCT',
    name: 'node',
    size: 40,
    bitfields: true,
    members: [
      member('next', 4, 0),
      member('a', 1, 64, 3),
      member('b', 1, 67, 7),
      member('list', 5, 96),
      member('u', 8, 192),
    ],
  }); // 7
  builder.add({ kind: 'UNION', name: '', size: 8, bitfields: false, members: [member('x', 1, 0), member('p', 4, 0)] }); // 8
  builder.add({ kind: 'FWD', name: 'elsewhere', fwdKind: 'struct' }); // 9
  builder.add({ kind: 'TYPEDEF', name: 'node_t', type: 7 }); // 10
  builder.add({ kind: 'VOLATILE', name: '', type: 1 }); // 11
  builder.add({ kind: 'CONST', name: '', type: 4 }); // 12
  builder.add({ kind: 'RESTRICT', name: '', type: 4 }); // 13
  builder.add({
    kind: 'FUNC_PROTO',
    name: '',
    returnType: 1,
    params: [
      { name: 'n', type: 4 },
      { name: '', type: 0 },
    ],
  }); // 14
  builder.add({ kind: 'FUNC', name: 'walk', type: 14, linkage: 'global' }); // 15
  builder.add({ kind: 'VAR', name: 'head', type: 7, linkage: 'static' }); // 16
  builder.add({ kind: 'DATASEC', name: '.bss', size: 40, vars: [{ type: 16, offset: 0, size: 40 }] }); // 17
  builder.add({ kind: 'FLOAT', name: 'double', size: 8 }); // 18
  builder.add({ kind: 'DECL_TAG', name: 'bpf_kfunc', type: 15, componentIndex: -1, attribute: false }); // 19
  builder.add({ kind: 'TYPE_TAG', name: 'user', type: 1, attribute: false }); // 20
  builder.add({
    kind: 'ENUM64',
    name: 'big',
    size: 8,
    signed: false,
    values: [
      { name: 'SMALL', value: 1n },
      { name: 'HUGE', value: 0xffff_ffff_ffff_fff0n },
    ],
  }); // 21
  builder.add({ kind: 'FWD', name: 'either', fwdKind: 'union' }); // 22
  builder.add({ kind: 'ENUM64', name: '', size: 8, signed: true, values: [{ name: 'LOW', value: -5n }] }); // 23
  builder.add({ kind: 'PTR', name: '', type: 20 }); // 24
  builder.add({
    kind: 'STRUCT',
    name: 'tagged',
    size: 20,
    bitfields: false,
    members: [member('from', 24, 0), member('to', 9, 64), member('colour', 6, 64), member('wide', 21, 96)],
  }); // 25
  return builder;
}
