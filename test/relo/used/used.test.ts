import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/base/index.ts';
import { type Btf, BtfBuilder, type BtfId, type NewBtfType, parseBtf, parseBtfExt } from '../../../src/btf/index.ts';
import { markCoreRecords, UsedTypes } from '../../../src/relo/index.ts';
import { Reacher } from '../../../src/relo/used/reach.ts';
import { bpf_core_relo_kind } from '../../../src/uapi/index.ts';

const int = (name: string): NewBtfType => {
  return { kind: 'INT', name, size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false };
};
const ref = (kind: 'PTR' | 'TYPEDEF' | 'CONST', type: BtfId, name = ''): NewBtfType => ({ kind, name, type });
const tag = (name: string, type: BtfId): NewBtfType => ({ kind: 'TYPE_TAG', name, type, attribute: false });

function build(types: readonly NewBtfType[], strings: readonly string[] = []): { btf: Btf; offsets: number[] } {
  const builder = new BtfBuilder();
  for (const type of types) builder.add(type);
  const offsets = strings.map((text) => builder.string(text));
  return { btf: parseBtf(builder.encode()), offsets };
}

function struct(name: string, members: readonly (readonly [string, BtfId])[]): NewBtfType {
  const placed = members.map(([member, type], i) => ({ name: member, type, bitOffset: 64 * i, bitfieldSize: 0 }));
  return { kind: 'STRUCT', name, size: 8 * members.length, bitfields: false, members: placed };
}

/** `.BTF.ext` of one section with these CO-RE records. */
function extOf(section: number, records: readonly (readonly [type: BtfId, access: number, kind: number])[]) {
  const size = 4 + 8 + 16 * records.length;
  const out = new ByteWriter('little', 64);
  out.u16(0xeb9f).u8(1).u8(0).u32(32);
  out.u32(0).u32(0).u32(0).u32(0).u32(0).u32(size);
  out.u32(16).u32(section).u32(records.length);
  for (const [i, [type, access, kind]] of records.entries())
    out
      .u32(8 * i)
      .u32(type)
      .u32(access)
      .u32(kind);
  return parseBtfExt(out.toBytes());
}

/** Types of the object; the kernel has the same but for a type tag, and types that nobody uses. */
const TYPES: NewBtfType[] = [
  int('int'), // 1
  struct('inner', [
    ['x', 1],
    ['y', 1],
  ]), // 2
  ref('PTR', 2), // 3
  struct('outer', [
    ['a', 1],
    ['b', 2],
    ['p', 3],
  ]), // 4
  ref('TYPEDEF', 3, 'inner_p'), // 5
  {
    kind: 'ENUM',
    name: 'colour',
    size: 4,
    signed: false,
    values: [
      { name: 'RED', value: 0 },
      { name: 'BLUE', value: 1 },
    ],
  }, // 6
  { kind: 'FWD', name: 'hidden', fwdKind: 'struct' }, // 7
  ref('PTR', 7), // 8
  ref('TYPEDEF', 8, 'hidden_p'), // 9
  tag('rcu', 1), // 10
  ref('PTR', 10), // 11
  ref('TYPEDEF', 11, 'tagged_p'), // 12
];

const KIND = bpf_core_relo_kind;

function usesOf(type: BtfId, access: string, kind: number) {
  const { btf, offsets } = build(TYPES, [access, 'socket']);
  const used = new UsedTypes(build([...TYPES, struct('unused', [['z', 1]])]).btf);
  const failures = markCoreRecords(used, { btf, ext: extOf(offsets[1], [[type, offsets[0], kind]]) });
  const members = (id: BtfId, count: number) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => used.hasMember(id, i));
  return { ids: [...used.ids()], outer: members(4, 3), inner: members(2, 2), failures };
}

describe('markCoreRecords', () => {
  const rows: [
    name: string,
    type: BtfId,
    access: string,
    kind: number,
    ids: BtfId[],
    outer: number[],
    inner: number[],
  ][] = [
    ['of a field its struct, its type and the member', 4, '0:0', KIND.BPF_CORE_FIELD_BYTE_OFFSET, [1, 4], [0], []],
    ['of a nested field every struct on the way', 4, '0:1:1', KIND.BPF_CORE_FIELD_EXISTS, [1, 2, 4], [1], [1]],
    ['of a pointer field not what it points to', 4, '0:2', KIND.BPF_CORE_FIELD_BYTE_SIZE, [3, 4], [2], []],
    ['of a struct that has to exist no member', 4, '0', KIND.BPF_CORE_TYPE_EXISTS, [4], [], []],
    ['of a type that has to exist what it points to', 5, '0', KIND.BPF_CORE_TYPE_SIZE, [2, 3, 5], [], []],
    [
      'of a type that has to match its members, behind pointers names',
      4,
      '0',
      KIND.BPF_CORE_TYPE_MATCHES,
      [1, 2, 3, 4],
      [0, 1, 2],
      [0, 1],
    ],
    ['of an enumerator its enum', 6, '1', KIND.BPF_CORE_ENUMVAL_VALUE, [6], [], []],
    ['nothing of what the object asks of itself', 4, '0', KIND.BPF_CORE_TYPE_ID_LOCAL, [], [], []],
    [
      'of a typedef of a pointer to a forward declaration all three',
      9,
      '0',
      KIND.BPF_CORE_TYPE_EXISTS,
      [7, 8, 9],
      [],
      [],
    ],
    ['of a tagged type the tag and what is tagged', 12, '0', KIND.BPF_CORE_TYPE_EXISTS, [1, 10, 11, 12], [], []],
  ];
  for (const [name, type, access, kind, ids, outer, inner] of rows) {
    it(`marks ${name}`, () => {
      expect(usesOf(type, access, kind)).toEqual({ ids, outer, inner, failures: [] });
    });
  }

  it('tells of records that cannot be followed, with their place', () => {
    const { failures, ids } = usesOf(4, '0:9', KIND.BPF_CORE_FIELD_BYTE_OFFSET);
    expect(ids).toEqual([]);
    expect(failures).toMatchObject([{ section: 'socket', index: 0, errno: -22 }]);
  });
});

describe('Reacher', () => {
  it('walks each type once, however many ways lead to it', () => {
    const count = 3000;
    const protos = Array.from({ length: count }, (_, i): NewBtfType => {
      const params = Array.from({ length: 8 }, () => ({ name: '', type: i + 2 }));
      return { kind: 'FUNC_PROTO', name: '', returnType: i + 2, params };
    });
    const used = new UsedTypes(build([...protos, int('int')]).btf);
    new Reacher(used).mark(1, 'whole');
    expect([...used.ids()]).toHaveLength(count + 1);
  });

  it('ends where types lead back to themselves', () => {
    const used = new UsedTypes(build([ref('PTR', 2), struct('list', [['next', 1]])]).btf);
    for (const reach of ['layout', 'whole', 'members', 'names'] as const) new Reacher(used).mark(1, reach);
    expect([...used.ids()]).toEqual([1, 2]);
  });
});
