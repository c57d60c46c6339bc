import { describe, expect, test } from 'vitest';
import { BtfBuilder, type NewBtfType, parseBtf } from '../../../src/btf/index.ts';
import { type Insn, Insns } from '../../../src/isa/index.ts';
import { type CoreReport, CoreResolver } from '../../../src/relo/core/index.ts';
import { bpf_core_relo_kind } from '../../../src/uapi/index.ts';

const {
  BPF_CORE_FIELD_BYTE_OFFSET: OFFSET,
  BPF_CORE_FIELD_BYTE_SIZE: SIZE,
  BPF_CORE_FIELD_EXISTS: EXISTS,
  BPF_CORE_FIELD_SIGNED: SIGNED,
  BPF_CORE_FIELD_LSHIFT_U64: LSHIFT,
  BPF_CORE_FIELD_RSHIFT_U64: RSHIFT,
  BPF_CORE_TYPE_ID_LOCAL: ID_LOCAL,
  BPF_CORE_TYPE_ID_TARGET: ID_TARGET,
  BPF_CORE_TYPE_EXISTS: TYPE_EXISTS,
  BPF_CORE_TYPE_SIZE: TYPE_SIZE,
  BPF_CORE_TYPE_MATCHES: TYPE_MATCHES,
  BPF_CORE_ENUMVAL_EXISTS: VALUE_EXISTS,
  BPF_CORE_ENUMVAL_VALUE: VALUE,
} = bpf_core_relo_kind;

type Endian = 'little' | 'big';

const int = (name: string, size: number, signed = true): NewBtfType => {
  return { kind: 'INT', name, size, bits: size * 8, bitsOffset: 0, signed, char: false, bool: false };
};
const ptr = (type: number): NewBtfType => ({ kind: 'PTR', name: '', type });
const array = (type: number, count: number): NewBtfType => ({ kind: 'ARRAY', name: '', type, indexType: 1, count });
type Member = readonly [name: string, type: number, bitOffset: number, bits?: number];
const composite = (kind: 'STRUCT' | 'UNION', name: string, size: number, members: readonly Member[]): NewBtfType => ({
  kind,
  name,
  size,
  bitfields: members.some(([, , , bits]) => bits !== undefined),
  members: members.map(([label, type, bitOffset, bits = 0]) => ({ name: label, type, bitOffset, bitfieldSize: bits })),
});
const struct = (name: string, size: number, ...members: Member[]) => composite('STRUCT', name, size, members);
const enumeration = (name: string, values: Record<string, number>, size = 4): NewBtfType => {
  return {
    kind: 'ENUM',
    name,
    size,
    signed: true,
    values: Object.entries(values).map(([n, value]) => ({ name: n, value })),
  };
};

/** Types 1 to 4 of every BTF here: int, unsigned int, long, unsigned long. */
const NUMBERS = [int('int', 4), int('unsigned int', 4, false), int('long', 8), int('unsigned long', 8, false)];

interface Case {
  readonly local: NewBtfType[];
  readonly target: NewBtfType[];
  readonly kind: number;
  readonly access?: string;
  /** Root type; by default the first after the numbers. */
  readonly type?: number;
  readonly insn?: Partial<Insn>;
  readonly endian?: Endian;
}

const MOV = { code: 0xb7, dst: 1, src: 0, off: 0, imm: 0 };
const LDX_W = { code: 0x61, dst: 1, src: 2, off: 0, imm: 0 };
const LDX_DW = { code: 0x79, dst: 1, src: 2, off: 0, imm: 0 };

function relocate(given: Case): { report: CoreReport; insns: Insns } {
  const { kind, access = '0', type = 5, endian = 'little' } = given;
  const build = (types: NewBtfType[]): BtfBuilder => {
    const builder = new BtfBuilder({ endian });
    for (const each of [...NUMBERS, ...types]) builder.add(each);
    return builder;
  };
  const local = build(given.local);
  const accessString = local.string(access);
  const insn = { ...MOV, ...given.insn };
  const wide = insn.code === 0x18 ? [{ code: 0, dst: 0, src: 0, off: 0, imm: 0 }] : [];
  const insns = Insns.from([insn, ...wide], endian);
  const resolver = new CoreResolver(parseBtf(local.encode()), { target: parseBtf(build(given.target).encode()) });
  const report = resolver.relocate({ insns, at: 0, relo: { insnOffset: 0, typeId: type, accessString, kind } });
  return { report, insns };
}

const pair = [struct('s', 8, ['a', 1, 0], ['b', 1, 32])];
const moved = [struct('s', 16, ['x', 3, 0], ['b', 1, 64], ['a', 1, 96])];
const bits = [struct('s', 4, ['f', 2, 3, 5])];
const bitsMoved = [struct('s', 8, ['x', 2, 0], ['f', 2, 45, 6])];
const colours = [enumeration('colour', { RED: 1, BLUE: 2 })];

const values: [string, Case, number][] = [
  ['byte_off of a moved field', { local: pair, target: moved, kind: OFFSET, access: '0:1', insn: { imm: 4 } }, 8],
  ['byte_sz', { local: pair, target: [struct('s', 8, ['b', 3, 0])], kind: SIZE, access: '0:1', insn: { imm: 4 } }, 8],
  ['field_exists, there', { local: pair, target: moved, kind: EXISTS, access: '0:1', insn: { imm: 1 } }, 1],
  [
    'field_exists, gone',
    { local: pair, target: [struct('s', 4, ['a', 1, 0])], kind: EXISTS, access: '0:1', insn: { imm: 1 } },
    0,
  ],
  ['signed', { local: pair, target: [struct('s', 4, ['b', 2, 0])], kind: SIGNED, access: '0:1', insn: { imm: 1 } }, 0],
  ['byte_off of a bitfield', { local: bits, target: bitsMoved, kind: OFFSET, access: '0:0' }, 4],
  ['byte_sz of a bitfield', { local: bits, target: bitsMoved, kind: SIZE, access: '0:0' }, 4],
  ['lshift of a bitfield', { local: bits, target: bitsMoved, kind: LSHIFT, access: '0:0' }, 64 - 19],
  [
    'lshift of a bitfield, big-endian',
    { local: bits, target: bitsMoved, kind: LSHIFT, access: '0:0', endian: 'big' },
    32 + 13,
  ],
  ['rshift of a bitfield', { local: bits, target: bitsMoved, kind: RSHIFT, access: '0:0', insn: { imm: 59 } }, 58],
  ['rshift of a whole field', { local: pair, target: moved, kind: RSHIFT, access: '0:0', insn: { imm: 32 } }, 32],
  ['local_type_id', { local: pair, target: [], kind: ID_LOCAL, insn: { imm: 77 } }, 5],
  ['target_type_id', { local: pair, target: [ptr(1), struct('s', 1)], kind: ID_TARGET, insn: { imm: 5 } }, 6],
  ['target_type_id, gone', { local: pair, target: [], kind: ID_TARGET, insn: { imm: 5 } }, 0],
  ['type_exists', { local: pair, target: [struct('s', 1)], kind: TYPE_EXISTS, insn: { imm: 1 } }, 1],
  [
    'type_exists, of another kind',
    { local: pair, target: [composite('UNION', 's', 1, [])], kind: TYPE_EXISTS, insn: { imm: 1 } },
    0,
  ],
  ['type_size', { local: pair, target: moved, kind: TYPE_SIZE, insn: { imm: 8 } }, 16],
  ['type_matches a superset', { local: pair, target: moved, kind: TYPE_MATCHES, insn: { imm: 1 } }, 1],
  [
    'type_matches another sign',
    { local: pair, target: [struct('s', 8, ['a', 1, 0], ['b', 2, 32])], kind: TYPE_MATCHES, insn: { imm: 1 } },
    0,
  ],
  ['enumval_exists', { local: colours, target: colours, kind: VALUE_EXISTS, access: '1', insn: { imm: 1 } }, 1],
  [
    'enumval_exists, gone',
    { local: colours, target: [enumeration('colour', { RED: 1 })], kind: VALUE_EXISTS, access: '1', insn: { imm: 1 } },
    0,
  ],
  [
    'enumval_value',
    { local: colours, target: [enumeration('colour', { BLUE___x: -7 })], kind: VALUE, access: '1', insn: { imm: 2 } },
    -7,
  ],
];

function builder(types: NewBtfType[]): BtfBuilder {
  const made = new BtfBuilder();
  for (const type of types) made.add(type);
  return made;
}

/** Accesses to `s.m` that find their way to a member at byte 4, and others that must not. */
const followed: [string, NewBtfType[], NewBtfType[], string, boolean][] = [
  [
    'a member of a nameless union',
    pair,
    [composite('UNION', '', 4, [['b', 1, 0]]), struct('s', 8, ['', 5, 32])],
    '0:1',
    true,
  ],
  ['a flavour of the type', pair, [struct('s___kernel', 8, ['b', 1, 32])], '0:1', true],
  [
    'a union in the place of a struct',
    [struct('s', 8, ['in', 6, 0]), struct('i', 8, ['b', 1, 32])],
    [struct('s', 8, ['in', 6, 0]), composite('UNION', 'j', 8, [['b', 1, 32]])],
    '0:0:0',
    true,
  ],
  [
    'an element inside a longer array',
    [struct('s', 8, ['l', 6, 0]), array(1, 2)],
    [struct('s', 32, ['l', 6, 0]), array(1, 8)],
    '0:0:1',
    true,
  ],
  [
    'an element beyond a shorter array',
    [struct('s', 8, ['l', 6, 0]), array(1, 2)],
    [struct('s', 4, ['l', 6, 0]), array(1, 1)],
    '0:0:1',
    false,
  ],
  [
    'an element of an open array at the end',
    [struct('s', 0, ['l', 6, 0]), array(1, 0)],
    [struct('s', 0, ['l', 6, 0]), array(1, 0)],
    '0:0:1',
    true,
  ],
  ['a pointer where an int was', pair, [struct('s', 8, ['b', 6, 32]), ptr(0)], '0:1', false],
  ['an int of another size', pair, [struct('s', 16, ['b', 3, 32])], '0:1', true],
];

describe('CoreResolver', () => {
  test.each(values)('%s', (_name, given, expected) => {
    const { report, insns } = relocate(given);
    expect(report).toMatchObject({ outcome: 'resolved', errno: 0 });
    expect(insns.imm(0)).toBe(expected);
  });

  test.each(followed)('%s', (_name, local, target, access, found) => {
    const { report } = relocate({ local, target, access, kind: EXISTS, insn: { imm: 1 } });
    expect(report.outcome).toBe('resolved');
    const offset = report.targetSpec?.match(/@ offset (\d+)/)?.[1];
    expect(offset).toBe(found ? '4' : undefined);
  });

  test('a report has both sides as libbpf prints them, and what was patched', () => {
    const { report } = relocate({
      local: pair,
      target: moved,
      kind: OFFSET,
      access: '0:1',
      insn: { ...LDX_W, off: 4 },
    });
    expect(report.kind).toBe('byte_off');
    expect(report.localSpec).toBe('<byte_off> [5] struct s.b (0:1 @ offset 4)');
    expect(report.targetSpec).toBe('<byte_off> [5] struct s.b (0:1 @ offset 8)');
    expect(report.detail).toBe('off 4 -> 8');
  });

  test('what is not there poisons the instruction, both slots of a wide one', () => {
    const missing = { local: pair, target: [struct('s', 4, ['a', 1, 0], ['bb', 1, 0])], kind: OFFSET, access: '0:1' };
    const { report, insns } = relocate({ ...missing, insn: { code: 0x18, imm: 4 } });
    expect(report.outcome).toBe('poisoned');
    expect(report.nearest()).toEqual(['a', 'bb']);
    for (const slot of [0, 1]) expect(insns.get(slot)).toEqual({ code: 0x85, dst: 0, src: 0, off: 0, imm: 0xbad2310 });
  });

  test('nearest names are enumerators or types where these are missing', () => {
    const value = relocate({
      local: colours,
      target: [enumeration('colour', { BLUES: 1 })],
      kind: VALUE,
      access: '1',
      insn: { imm: 2 },
    });
    expect(value.report.nearest()).toEqual(['BLUES']);
    const local = [struct('task_struct', 4, ['a', 1, 0])];
    const type = relocate({ local, target: [struct('task_strict', 4), ptr(1)], kind: OFFSET, access: '0:0' });
    expect(type.report.nearest()).toEqual(['task_strict']);
  });

  const sizes: [string, number, number, Partial<Insn>, number | 'poisoned'][] = [
    ['an unsigned int that grew is read whole', 2, 4, LDX_W, 0x79],
    ['an unsigned int that shrank is read whole', 4, 2, LDX_DW, 0x61],
    ['a signed int that grew cannot be read', 1, 3, LDX_W, 'poisoned'],
    ['one that only one side has signed cannot be read', 2, 3, LDX_W, 'poisoned'],
  ];
  test.each(sizes)('%s', (_name, localType, targetType, insn, expected) => {
    const field = (type: number, size: number) => [struct('s', size, ['f', type, 0])];
    const { report, insns } = relocate({
      local: field(localType, 8),
      target: field(targetType, 8),
      kind: OFFSET,
      access: '0:0',
      insn,
    });
    if (expected === 'poisoned') expect(report.outcome).toBe('poisoned');
    else expect(insns.code(0)).toBe(expected);
  });

  const failures: [string, Case, string][] = [
    [
      'an instruction that holds another value',
      { local: pair, target: moved, kind: OFFSET, access: '0:1', insn: { imm: 5 } },
      'got 5, exp 4 -> 8',
    ],
    [
      'an instruction without an immediate',
      { local: pair, target: moved, kind: OFFSET, access: '0:1', insn: { code: 0xbf } },
      'unrecognized insn',
    ],
    [
      'an offset that no load can have',
      {
        local: pair,
        target: [struct('s', 40000, ['b', 1, 320000])],
        kind: OFFSET,
        access: '0:1',
        insn: { ...LDX_W, off: 4 },
      },
      'value too big: 40000',
    ],
    [
      'candidates that disagree on the place',
      {
        local: pair,
        target: [...pair, struct('s___2', 8, ['b', 1, 0])],
        kind: OFFSET,
        access: '0:1',
        insn: { imm: 4 },
      },
      'field offset ambiguity: 0 != 32',
    ],
    [
      'candidates that disagree on the value',
      { local: pair, target: [...pair, struct('s___2', 4)], kind: TYPE_SIZE, insn: { imm: 8 } },
      'relocation decision ambiguity: success 4 != success 8',
    ],
    [
      'a nameless root',
      { local: [struct('', 4, ['a', 1, 0])], target: moved, kind: OFFSET, access: '0:0' },
      'anonymous',
    ],
    ['an access string of no numbers', { local: pair, target: moved, kind: OFFSET, access: '0:x' }, "'0:x'"],
    ['a member that the type has not', { local: pair, target: moved, kind: OFFSET, access: '0:9' }, 'has 2 members'],
    ['a type that the object has not', { local: pair, target: moved, kind: OFFSET, type: 99 }, 'no type [99]'],
    ['a kind that nobody knows', { local: pair, target: moved, kind: 99 }, 'kind 99'],
    [
      'a bitfield wider than a load',
      { local: bits, target: [struct('s', 16, ['f', 3, 60, 40])], kind: SIZE, access: '0:0' },
      'bitfield',
    ],
  ];
  test.each(failures)('fails on %s', (_name, given, text) => {
    const { report } = relocate(given);
    expect(report.outcome).toBe('failed');
    expect(report.errno).toBeLessThan(0);
    expect(report.detail).toContain(text);
  });

  /** The bits of memory that BTF calls a bitfield: counted from the lowest bit of a byte up, or from the highest down. */
  function bitsOf(memory: Uint8Array, endian: Endian, place: { offset: number; size: number }): bigint {
    let value = 0n;
    for (let i = 0; i < place.size; i++) {
      const bit = place.offset + i;
      const inByte = endian === 'little' ? bit % 8 : 7 - (bit % 8);
      const set = BigInt((memory[bit >> 3] >> inByte) & 1);
      value = endian === 'little' ? value | (set << BigInt(i)) : (value << 1n) | set;
    }
    return value;
  }

  /** What a program makes of the answers to its four questions. */
  function readField(memory: Uint8Array, endian: Endian, answers: readonly number[]): bigint {
    const [offset, size, left, right] = answers;
    const bytes = [...memory.subarray(offset, offset + size)];
    if (endian === 'little') bytes.reverse();
    const word = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
    return BigInt.asUintN(64, word << BigInt(left)) >> BigInt(right);
  }

  for (const endian of ['little', 'big'] as const) {
    test(`a bitfield is found in memory by its load and shifts, ${endian}-endian`, () => {
      const memory = Uint8Array.from({ length: 24 }, (_, i) => (i * 151 + 77) & 0xff);
      for (const [type, bytes] of [
        [2, 4],
        [4, 8],
      ]) {
        for (let offset = 0; offset < 64; offset += 3) {
          for (const size of [1, 2, 7, 12, 20, 31]) {
            // No compiler lays a bitfield over the end of what its type takes.
            if (Math.floor(offset / (bytes * 8)) !== Math.floor((offset + size - 1) / (bytes * 8))) continue;
            const target = [struct('s', 16, ['f', type, offset, size])];
            const answers = [OFFSET, SIZE, LSHIFT, RSHIFT].map((kind) => {
              const insn = kind === RSHIFT ? { imm: 59 } : {};
              const { report, insns } = relocate({ local: bits, target, kind, access: '0:0', endian, insn });
              expect(report.outcome).toBe('resolved');
              return insns.imm(0);
            });
            expect(readField(memory, endian, answers)).toBe(bitsOf(memory, endian, { offset, size }));
          }
        }
      }
    });
  }

  test('candidates that did not match are dropped for the relocations that follow', () => {
    const local = builder([...NUMBERS, ...pair]);
    const [first, second] = [local.string('0:1'), local.string('0:0')];
    const target = builder([...NUMBERS, struct('s', 8, ['a', 1, 0], ['b', 1, 32]), struct('s___2', 8, ['a', 1, 32])]);
    const resolver = new CoreResolver(parseBtf(local.encode()), { target: parseBtf(target.encode()) });
    const ask = (accessString: number, imm: number) => {
      const insns = Insns.from([{ ...MOV, imm }], 'little');
      return resolver.relocate({ insns, at: 0, relo: { insnOffset: 0, typeId: 5, accessString, kind: OFFSET } });
    };
    expect(ask(first, 4).candidates.map(({ matches }) => matches)).toEqual([true, false]);
    expect(ask(second, 0).candidates).toHaveLength(1);
  });

  test('modules are searched only where the kernel has no candidate', () => {
    const local = builder([...NUMBERS, ...pair]);
    const accessString = local.string('0');
    const target = parseBtf(builder(NUMBERS).encode());
    const split = new BtfBuilder({ base: target });
    split.add(struct('s', 24));
    const modules = () => [parseBtf(split.encode(), { base: target })];
    const insns = Insns.from([{ ...MOV, imm: 8 }], 'little');
    const resolver = new CoreResolver(parseBtf(local.encode()), { target, modules });
    resolver.relocate({ insns, at: 0, relo: { insnOffset: 0, typeId: 5, accessString, kind: TYPE_SIZE } });
    expect(insns.imm(0)).toBe(24);
  });

  test('types that nest without end stop at an error', () => {
    const nest = (count: number) =>
      Array.from({ length: count }, (_, i) => struct(i === 0 ? 's' : '', 8, ['', 6 + i, 0], ['', 6 + i, 0]));
    const { report } = relocate({ local: pair, target: [...nest(60), ptr(1)], kind: OFFSET, access: '0:1' });
    expect(report).toMatchObject({ outcome: 'failed', errno: -7 });
  });
});
