import { describe, expect, it } from 'vitest';
import { type Btf, BtfBuilder, type BtfId, diffBtf, type NewBtfType, parseBtf } from '../../../src/btf/index.ts';
import { shippedKernelBtf } from '../../support/samples.ts';

const int = (name: string, size = 4): NewBtfType => {
  return { kind: 'INT', name, size, bits: 8 * size, bitsOffset: 0, signed: true, char: false, bool: false };
};
const ref = (kind: 'PTR' | 'CONST' | 'TYPEDEF', type: BtfId, name = ''): NewBtfType => ({ kind, name, type });

type Member = readonly [name: string, type: BtfId, bitOffset: number, bitfieldSize?: number];

function composite(kind: 'STRUCT' | 'UNION', name: string, size: number, members: readonly Member[]): NewBtfType {
  const placed = members.map(([member, type, bitOffset, bitfieldSize = 0]) => ({
    name: member,
    type,
    bitOffset,
    bitfieldSize,
  }));
  return { kind, name, size, bitfields: placed.some(({ bitfieldSize }) => bitfieldSize > 0), members: placed };
}

const struct = (name: string, size: number, members: readonly Member[]) => composite('STRUCT', name, size, members);
const enumeration = (name: string, values: Record<string, number>): NewBtfType => {
  return {
    kind: 'ENUM',
    name,
    size: 4,
    signed: false,
    values: Object.entries(values).map(([label, value]) => ({ name: label, value })),
  };
};

function btf(...types: readonly NewBtfType[]): Btf {
  const builder = new BtfBuilder();
  for (const type of types) builder.add(type);
  return parseBtf(builder.encode());
}

/** Of a changed struct: what happened to which field. */
function fieldsOf(before: Btf, after: Btf): string[] {
  return diffBtf(before, after).composites.flatMap(({ fields }) =>
    fields.map((field) => `${field.changes.join('+')} ${field.before?.path ?? ''}>${field.after?.path ?? ''}`),
  );
}

describe('diffBtf, fields of structs', () => {
  it.for([
    ['char', []],
    ['long', ['retyped a>a']],
  ] as const)('minds the sign of an integer, but for char: %s', ([name, wanted]) => {
    const withSign = (signed: boolean) => btf({ ...int(name, 8), signed } as NewBtfType, struct('s', 8, [['a', 1, 0]]));
    expect(fieldsOf(withSign(true), withSign(false))).toEqual(wanted);
  });

  const before = btf(
    int('int'),
    int('long int', 8),
    struct('s', 16, [
      ['a', 1, 0],
      ['b', 1, 32],
      ['c', 2, 64],
    ]),
  );
  const rows: [name: string, after: Btf, wanted: string[]][] = [
    ['finds nothing where all is the same', before, []],
    [
      'finds a field that moved',
      btf(
        int('int'),
        int('long int', 8),
        struct('s', 16, [
          ['b', 1, 0],
          ['a', 1, 32],
          ['c', 2, 64],
        ]),
      ),
      ['moved b>b', 'moved a>a'],
    ],
    [
      'takes a new name in the same place for a renamed field',
      btf(
        int('int'),
        int('long int', 8),
        struct('s', 16, [
          ['a', 1, 0],
          ['bb', 1, 32],
          ['c', 2, 64],
        ]),
      ),
      ['renamed b>bb'],
    ],
    [
      'takes a new name of another type for another field',
      btf(
        int('int'),
        int('long int', 8),
        struct('s', 16, [
          ['a', 1, 0],
          ['bb', 2, 32],
          ['c', 2, 64],
        ]),
      ),
      ['removed b>', 'added >bb'],
    ],
    [
      'finds a type that changed, and its size',
      btf(
        int('int'),
        int('long int', 8),
        struct('s', 16, [
          ['a', 1, 0],
          ['b', 1, 32],
          ['c', 1, 64],
        ]),
      ),
      ['resized+retyped c>c'],
    ],
    [
      'does not mind how an integer is spelt',
      btf(
        int('int'),
        int('long', 8),
        struct('s', 16, [
          ['a', 1, 0],
          ['b', 1, 32],
          ['c', 2, 64],
        ]),
      ),
      [],
    ],
    [
      'looks through a union without a name',
      btf(
        int('int'),
        int('long int', 8),
        composite('UNION', '', 4, [
          ['b', 1, 0],
          ['b2', 1, 0],
        ]),
        struct('s', 16, [
          ['a', 1, 0],
          ['', 3, 32],
          ['c', 2, 64],
        ]),
      ),
      ['added >b2'],
    ],
    [
      'finds a bitfield',
      btf(
        int('int'),
        int('long int', 8),
        struct('s', 16, [
          ['a', 1, 0, 3],
          ['b', 1, 32],
          ['c', 2, 64],
        ]),
      ),
      ['resized a>a'],
    ],
  ];
  for (const [name, after, wanted] of rows) it(name, () => expect(fieldsOf(before, after)).toEqual(wanted));

  it('tells both sizes of a struct, also where all fields stay', () => {
    const after = btf(
      int('int'),
      int('long int', 8),
      struct('s', 24, [
        ['a', 1, 0],
        ['b', 1, 32],
        ['c', 2, 64],
      ]),
    );
    expect(diffBtf(before, after).composites).toMatchObject([
      { name: 's', change: 'changed', sizeBefore: 16, sizeAfter: 24, fields: [] },
    ]);
  });

  it('goes into a field of a struct without a name by a path', () => {
    const side = (size: number) =>
      btf(int('int'), struct('', size, [['x', 1, 8 * size - 32]]), struct('s', 16, [['in', 2, 0]]));
    expect(fieldsOf(side(4), side(8))).toEqual(['resized in>in', 'moved in.x>in.x']);
  });

  it('names a struct that only a typedef names', () => {
    const side = (name: string) =>
      btf(
        int('int'),
        struct('', 8, [
          [name, 1, 0],
          ['z', 1, 32],
        ]),
        ref('TYPEDEF', 2, 'pair_t'),
      );
    const { composites, typedefs } = diffBtf(side('x'), side('y'));
    expect(composites).toMatchObject([{ name: 'pair_t', isTypedef: true, kind: 'struct' }]);
    expect(typedefs).toEqual([]);
  });
});

describe('diffBtf, other declarations', () => {
  it('finds constants that were added, removed, renamed or got another value', () => {
    const before = btf(enumeration('e', { A: 0, B: 1, C: 2, D: 3 }));
    const after = btf(enumeration('e', { A: 0, B: 5, CC: 2, E: 9 }));
    const [{ values }] = diffBtf(before, after).enums;
    expect(values.map(({ change, name, nameAfter }) => `${change} ${name} ${nameAfter ?? ''}`.trim())).toEqual([
      'renamed C CC',
      'removed D',
      'changed B',
      'added E',
    ]);
  });

  it('takes constants of enums without a name together', () => {
    const before = btf(enumeration('', { A: 0 }), enumeration('', { B: 1 }));
    const after = btf(enumeration('', { A: 0, B: 2 }));
    expect(diffBtf(before, after).enums).toMatchObject([
      { name: '', values: [{ change: 'changed', name: 'B', before: 1n, after: 2n }] },
    ]);
  });

  it('shows signatures of functions, whose parameters may be called anything', () => {
    const proto = (...params: (readonly [string, BtfId])[]): NewBtfType => {
      return { kind: 'FUNC_PROTO', name: '', returnType: 1, params: params.map(([name, type]) => ({ name, type })) };
    };
    const func = (name: string, type: BtfId): NewBtfType => ({ kind: 'FUNC', name, type, linkage: 'static' });
    const before = btf(
      int('int'),
      ref('PTR', 0),
      proto(['a', 1]),
      func('f', 3),
      proto(['a', 1]),
      func('g', 5),
      func('old', 3),
    );
    const after = btf(
      int('int'),
      ref('PTR', 0),
      proto(['b', 1]),
      func('f', 3),
      proto(['a', 1], ['p', 2]),
      func('g', 5),
    );
    expect(diffBtf(before, after).functions).toEqual([
      {
        name: 'g',
        change: 'changed',
        before: 'int g(int a)',
        after: 'int g(int a, void *p)',
        kfuncBefore: false,
        kfuncAfter: false,
      },
      {
        name: 'old',
        change: 'removed',
        before: 'int old(int a)',
        after: undefined,
        kfuncBefore: false,
        kfuncAfter: false,
      },
    ]);
  });

  it('writes types as C declares them', () => {
    const types = (last: NewBtfType) =>
      btf(
        int('int'),
        ref('CONST', 1),
        ref('PTR', 2),
        { kind: 'ARRAY', name: '', type: 3, indexType: 1, count: 4 },
        ref('PTR', 4),
        {
          kind: 'FUNC_PROTO',
          name: '',
          returnType: 0,
          params: [
            { name: 'a', type: 5 },
            { name: '', type: 0 },
          ],
        },
        ref('PTR', 6),
        last,
      );
    const { typedefs } = diffBtf(types(ref('TYPEDEF', 5, 't')), types(ref('TYPEDEF', 7, 't')));
    expect(typedefs).toEqual([
      { name: 't', change: 'changed', before: 'const int *(*)[4]', after: 'void (*)(const int *(*a)[4], ...)' },
    ]);
  });

  it('pairs the types of one name that are the same, and the others in their order', () => {
    const first = struct('s', 4, [['a', 1, 0]]);
    const second = struct('s', 8, [['b', 1, 0]]);
    expect(diffBtf(btf(int('int'), first, second), btf(int('int'), second, first)).composites).toEqual([]);
    expect(diffBtf(btf(int('int'), first, second), btf(int('int'), second)).composites).toMatchObject([
      { change: 'removed', sizeBefore: 4 },
    ]);
  });
});

describe('diffBtf, filtered to uses', () => {
  it('leaves out types, members and constants that nobody uses', () => {
    const side = (offset: number, value: number) =>
      btf(
        int('int'),
        struct('s', 8, [
          ['a', 1, offset],
          ['b', 1, 32 - offset],
        ]),
        struct('t', 4 + offset, []),
        enumeration('e', { A: value, B: 9 + value }),
      );
    const uses = {
      has: (id: BtfId) => id === 2 || id === 4,
      hasMember: (id: BtfId, position: number) => id > 1 && position === 0,
    };
    const diff = diffBtf(side(0, 1), side(32, 2), { uses: { before: uses, after: uses } });
    expect(diff.composites).toMatchObject([{ name: 's', fields: [{ before: { path: 'a' } }] }]);
    expect(diff.enums).toMatchObject([{ name: 'e', values: [{ name: 'A' }] }]);
  });
});

describe('diffBtf on what is large or hostile', () => {
  it('finds a kernel the same as itself', () => {
    const kernel = parseBtf(shippedKernelBtf());
    expect(Object.values(diffBtf(kernel, parseBtf(shippedKernelBtf()))).flat()).toEqual([]);
  });

  it('ends in an error where structs without a name hold each other so that fields multiply', () => {
    const levels = Array.from({ length: 60 }, (_, i) =>
      struct(
        '',
        8,
        [
          ['a', i, 0],
          ['b', i, 32],
        ].map(([name, type, at]) => [`${name}${i}`, type as number, at as number] as Member),
      ),
    );
    const side = (size: number) =>
      btf(int('int'), struct('', 4, [['x', 1, 0]]), ...levels.slice(2), struct('top', size, [['t', 59, 0]]));
    expect(() => diffBtf(side(4), side(8))).toThrow(expect.objectContaining({ code: 'BTF_TOO_DEEP' }));
  });

  it('counts a loop of types without a name as the same as such a loop', () => {
    const side = () => btf({ kind: 'ARRAY', name: '', type: 1, indexType: 1, count: 2 }, struct('s', 8, [['a', 1, 0]]));
    expect(diffBtf(side(), side()).composites).toEqual([]);
  });
});
