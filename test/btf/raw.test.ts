import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../src/base/index.ts';
import { BtfBuilder, formatBtfRaw, formatBtfRawJson, parseBtf } from '../../src/btf/index.ts';
import { allKinds } from '../support/all-kinds.ts';

const btf = parseBtf(allKinds().encode());
const raw = (roots?: number[]) => decodeUtf8(formatBtfRaw(btf, { roots }));

const lines: [number, string][] = [
  [1, "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n"],
  [2, "[2] INT 'unsigned char' size=1 bits_offset=0 nr_bits=8 encoding=(none)\n"],
  [3, "[3] INT '_Bool' size=1 bits_offset=0 nr_bits=8 encoding=BOOL\n"],
  [4, "[4] PTR '(anon)' type_id=7\n"],
  [5, "[5] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3\n"],
  [6, "[6] ENUM 'colour' encoding=SIGNED size=4 vlen=1\n\t'RED' val=-1\n"],
  [8, "[8] UNION '(anon)' size=8 vlen=2\n\t'x' type_id=1 bits_offset=0\n\t'p' type_id=4 bits_offset=0\n"],
  [9, "[9] FWD 'elsewhere' fwd_kind=struct\n"],
  [10, "[10] TYPEDEF 'node_t' type_id=7\n"],
  [14, "[14] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2\n\t'n' type_id=4\n\t'(anon)' type_id=0\n"],
  [15, "[15] FUNC 'walk' type_id=14 linkage=global\n"],
  [16, "[16] VAR 'head' type_id=7, linkage=static\n"],
  [17, "[17] DATASEC '.bss' size=40 vlen=1\n\ttype_id=16 offset=0 size=40 (VAR 'head')\n"],
  [18, "[18] FLOAT 'double' size=8\n"],
  [19, "[19] DECL_TAG 'bpf_kfunc' type_id=15 component_idx=-1\n"],
  [20, "[20] TYPE_TAG 'user' type_id=1\n"],
  [21, "[21] ENUM64 'big' encoding=UNSIGNED size=8 vlen=2\n\t'SMALL' val=1ULL\n\t'HUGE' val=18446744073709551600ULL\n"],
  [23, "[23] ENUM64 '(anon)' encoding=SIGNED size=8 vlen=1\n\t'LOW' val=-5LL\n"],
];
test.each(lines)('type %i is printed as bpftool 7.5 prints it', (id, text) => {
  expect(raw([id])).toBe(text);
});

test('bitfields carry their size', () => {
  expect(raw([7])).toContain("\n\t'a' type_id=1 bits_offset=64 bitfield_size=3\n");
});

test('all types are printed in order of ids, of a split BTF its own', () => {
  expect(raw().match(/^\[\d+\]/gm)).toEqual(Array.from({ length: 25 }, (_, i) => `[${i + 1}]`));
  const builder = new BtfBuilder({ base: btf });
  builder.add({ kind: 'PTR', name: '', type: 7 });
  expect(decodeUtf8(formatBtfRaw(parseBtf(builder.encode(), { base: btf })))).toBe("[26] PTR '(anon)' type_id=7\n");
});

test('a root that does not exist is an error', () => {
  expect(() => raw([99])).toThrowError(expect.objectContaining({ code: 'BTF_NO_TYPE' }));
});

test('JSON has the same facts, in one line and pretty', () => {
  const line = decodeUtf8(formatBtfRawJson(btf));
  const { types } = JSON.parse(line);
  expect(types).toHaveLength(25);
  expect(types[6].members[1]).toEqual({ name: 'a', type_id: 1, bits_offset: 64, bitfield_size: 3 });
  expect(types[16].vars).toEqual([{ type_id: 16, offset: 0, size: 40 }]);
  expect(JSON.parse(decodeUtf8(formatBtfRawJson(btf, { pretty: true })))).toEqual({ types });
  expect(line.startsWith('{"types":[{"id":1,"kind":"INT","name":"int","size":4,"bits_offset":0,')).toBe(true);
});

test('JSON of one type, pretty, is laid out as bpftool lays it out', () => {
  expect(decodeUtf8(formatBtfRawJson(btf, { roots: [6], pretty: true }))).toBe(`{
    "types": [{
            "id": 6,
            "kind": "ENUM",
            "name": "colour",
            "encoding": "SIGNED",
            "size": 4,
            "vlen": 1,
            "values": [{
                    "name": "RED",
                    "val": -1
                }
            ]
        }
    ]
}`);
});

test('JSON escapes names, and widens an unsigned enumerator with its sign as bpftool does', () => {
  const builder = new BtfBuilder();
  builder.add({ kind: 'FWD', name: 'a"b\\c\td', fwdKind: 'union' });
  builder.add({ kind: 'ENUM', name: 'e', size: 4, signed: false, values: [{ name: 'TOP', value: 0x8000_0000 }] });
  const text = decodeUtf8(formatBtfRawJson(parseBtf(builder.encode())));
  expect(JSON.parse(text).types[0].name).toBe('a"b\\c\td');
  expect(text).toContain('"val":18446744071562067968');
});
