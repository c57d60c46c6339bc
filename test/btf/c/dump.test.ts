import { describe, expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/base/index.ts';
import {
  BtfBuilder,
  BtfError,
  type CDumpOptions,
  formatBtfC,
  type NewBtfType,
  parseBtf,
} from '../../../src/btf/index.ts';
import { allKinds } from '../../support/all-kinds.ts';
import { mulberry32 } from '../../support/random.ts';

/** What stands between the head and the kfuncs (or the tail, where only roots are dumped). */
function body(builder: BtfBuilder, options?: CDumpOptions): string {
  const text = decodeUtf8(formatBtfC(parseBtf(builder.encode()), options));
  return text.split('#endif\n\n')[3].split('\n/* BPF kfuncs */')[0].split('#ifndef')[0];
}

function build(...types: NewBtfType[]): BtfBuilder {
  const builder = new BtfBuilder();
  for (const type of types) builder.add(type);
  return builder;
}

const int = (name: string, size: number): NewBtfType => {
  return { kind: 'INT', name, size, bits: size * 8, bitsOffset: 0, signed: true, char: false, bool: false };
};
const ptr = (type: number): NewBtfType => ({ kind: 'PTR', name: '', type });
const struct = (name: string, size: number, ...members: [string, number, number, number?][]): NewBtfType => ({
  kind: 'STRUCT',
  name,
  size,
  bitfields: members.some(([, , , bits]) => bits !== undefined),
  members: members.map(([label, type, bitOffset, bits = 0]) => ({ name: label, type, bitOffset, bitfieldSize: bits })),
});

/** Type 1 is int, 2 char, 3 long; the struct is 4. Each text is what bpftool 7.5 prints. */
const layouts: [string, NewBtfType, string][] = [
  ['no members', struct('s', 0), 'struct s {};'],
  ['a size alone', struct('s', 8), 'struct s {\n\tlong: 64;\n};'],
  ['natural alignment', struct('s', 16, ['a', 2, 0], ['b', 3, 64]), 'struct s {\n\tchar a;\n\tlong b;\n};'],
  [
    'a hole that alignment does not make',
    struct('s', 8, ['a', 2, 0], ['b', 2, 32], ['c', 2, 40]),
    'struct s {\n\tchar a;\n\tint: 0;\n\tchar b;\n\tchar c;\n\tlong: 0;\n};',
  ],
  ['packing', struct('s', 5, ['a', 2, 0], ['b', 1, 8]), 'struct s {\n\tchar a;\n\tint b;\n} __attribute__((packed));'],
  [
    'bitfields with a hole between',
    struct('s', 4, ['a', 1, 0, 3], ['b', 1, 11, 5]),
    'struct s {\n\tint a: 3;\n\tchar: 5;\n\tchar: 3;\n\tint b: 5;\n};',
  ],
];

describe('formatBtfC', () => {
  test.each(layouts)('a struct of %s', (_name, type, text) => {
    const builder = build(int('int', 4), int('char', 1), int('long', 8), type);
    expect(body(builder, { roots: [4] })).toBe(`${text}\n\n`);
  });

  test('declarators nest as C wants them', () => {
    const param = (name: string, type: number) => ({ name, type });
    const builder = build(
      int('int', 4), // 1
      { kind: 'CONST', name: '', type: 1 }, // 2
      ptr(2), // 3: const int *
      { kind: 'CONST', name: '', type: 3 }, // 4: const int * const
      { kind: 'ARRAY', name: '', type: 4, indexType: 1, count: 2 }, // 5
      { kind: 'ARRAY', name: '', type: 5, indexType: 1, count: 3 }, // 6
      { kind: 'FUNC_PROTO', name: '', returnType: 3, params: [param('a', 4), param('', 0)] }, // 7
      ptr(7), // 8
      { kind: 'ARRAY', name: '', type: 8, indexType: 1, count: 4 }, // 9
      { kind: 'FUNC_PROTO', name: '', returnType: 8, params: [] }, // 10
      ptr(10), // 11
      ptr(9), // 12
      struct('s', 96, ['m', 6, 0], ['calls', 9, 384], ['get', 11, 640], ['to', 12, 704]), // 13
    );
    expect(body(builder, { roots: [13] })).toBe(
      'struct s {\n' +
        '\tconst int * const m[3][2];\n' +
        '\tconst int * (*calls[4])(const int * const a, ...);\n' +
        '\tconst int * (* (*get)(void))(const int * const a, ...);\n' +
        '\tconst int * (*(*to)[4])(const int * const a, ...);\n' +
        '};\n\n',
    );
  });

  test('names that repeat get a number, forward declarations keep theirs', () => {
    const values = [{ name: 'A', value: 1 }];
    const builder = build(
      struct('s', 0),
      struct('s', 0),
      { kind: 'ENUM', name: 'e', size: 4, signed: false, values },
      { kind: 'ENUM', name: '', size: 4, signed: false, values },
      { kind: 'FWD', name: 's', fwdKind: 'struct' },
      { kind: 'TYPEDEF', name: 'A', type: 1 },
    );
    expect(body(builder, { unsorted: true })).toBe(
      'struct s {};\n\nstruct s___2 {};\n\nenum e {\n\tA = 1,\n};\n\nenum {\n\tA___2 = 1,\n};\n\n' +
        'struct s;\n\ntypedef struct s A___3;\n\n',
    );
  });

  test('what a struct points to is declared before it, what it holds is defined before it', () => {
    const builder = build(
      struct('outer', 16, ['held', 2, 0], ['far', 3, 64]),
      struct('inner', 8, ['back', 4, 0]),
      ptr(5),
      ptr(1),
      struct('late', 0),
    );
    expect(body(builder, { unsorted: true })).toBe(
      'struct outer;\n\nstruct inner {\n\tstruct outer *back;\n};\n\nstruct late;\n\n' +
        'struct outer {\n\tstruct inner held;\n\tstruct late *far;\n};\n\nstruct late {};\n\n',
    );
  });

  test('the sorted dump goes by kind and name; bpftool 7.5 loses the very first type', () => {
    const values = [{ name: 'Z', value: 0 }];
    const builder = build(
      struct('b', 0),
      struct('a', 0),
      { kind: 'ENUM', name: 'z', size: 4, signed: false, values },
      { kind: 'TYPEDEF', name: 'alias', type: 1 },
      { kind: 'ENUM', name: '', size: 4, signed: false, values: [{ name: 'LOST', value: 0 }] },
    );
    expect(body(builder)).toBe('enum z {\n\tZ = 0,\n};\n\nstruct a {};\n\nstruct b {};\n\ntypedef struct b alias;\n\n');
  });

  test('kfuncs end a whole dump and are left out of a dump of roots', () => {
    const whole = decodeUtf8(formatBtfC(parseBtf(allKinds().encode())));
    expect(whole).toContain('\nextern int walk(struct node *n, ...) __weak __ksym;\n');
    expect(decodeUtf8(formatBtfC(parseBtf(allKinds().encode()), { roots: [7] }))).not.toContain('kfunc');
  });

  const impossible: [string, BtfBuilder, string][] = [
    ['a struct that holds itself', build(struct('s', 4, ['m', 1, 0])), 'BTF_TYPE_CYCLE'],
    ['a typedef of itself', build({ kind: 'TYPEDEF', name: 't', type: 1 }), 'BTF_TOO_DEEP'],
    ['pointers in a circle', build(ptr(2), ptr(1)), 'BTF_TOO_DEEP'],
    ['padding without measure', build(struct('s', 0xffff_ffff)), 'BTF_TOO_MUCH_TEXT'],
  ];
  test.each(impossible)('refuses %s', (_name, builder, code) => {
    expect(() => body(builder, { unsorted: true })).toThrowError(expect.objectContaining({ name: 'BtfError', code }));
  });

  test('declarators that nest thousands deep end in an error', () => {
    const deep = build(int('int', 4));
    for (let id = 2; id < 6000; id += 2) {
      deep.add({ kind: 'FUNC_PROTO', name: '', returnType: id - 1, params: [{ name: '', type: id - 1 }] });
      deep.add(ptr(id));
    }
    deep.add({ kind: 'TYPEDEF', name: 'deep', type: 5999 });
    expect(() => body(deep)).toThrowError(BtfError);
    expect(() => body(deep, { unsorted: true })).toThrowError(BtfError);
  });

  test('nameless structs that double at each level end in an error', () => {
    const bomb = build(int('int', 4));
    for (let id = 2; id < 42; id++) bomb.add(struct(id === 41 ? 's' : '', 8, ['a', id - 1, 0], ['b', id - 1, 32]));
    expect(() => body(bomb)).toThrowError(BtfError);
  });

  test('mutated blobs end in a text or a BtfError', () => {
    const random = mulberry32(3);
    const original = allKinds().encode();
    for (let round = 0; round < 800; round++) {
      const bytes = original.slice();
      for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
        bytes[24 + Math.floor(random() * (bytes.length - 24))] = Math.floor(random() * 256);
      }
      try {
        formatBtfC(parseBtf(bytes), { unsorted: random() < 0.5 });
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
      }
    }
  });
});
