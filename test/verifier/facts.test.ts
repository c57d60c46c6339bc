import { describe, expect, test } from 'vitest';
import type { PointerClass } from '../../src/isa/index.ts';
import { assemble } from '../../src/isa/index.ts';
import { bpf_map_type, bpf_prog_type } from '../../src/uapi/index.ts';
import { checkProgram } from '../../src/verifier/index.ts';

const maps = {
  1: map(bpf_map_type.BPF_MAP_TYPE_HASH),
  2: map(bpf_map_type.BPF_MAP_TYPE_ARRAY),
  3: map(bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS),
  4: map(bpf_map_type.BPF_MAP_TYPE_ARENA),
} as Record<number, ReturnType<typeof map>>;

function map(mapType: number) {
  return { attr: { mapType, keySize: 4, valueSize: 8, maxEntries: 1 } };
}

const xdp: Record<number, PointerClass> = { 0: 'packet', 4: 'packet_end', 8: 'packet_meta' };

function facts(text: string, contextPointer = (offset: number): PointerClass | undefined => xdp[offset]) {
  const result = checkProgram({
    insns: assemble(text),
    progType: bpf_prog_type.BPF_PROG_TYPE_XDP,
    map: (fd) => maps[fd] ?? -9,
    contextPointer,
  });
  if (result.verdict === 'rejected') throw new Error(result.log);
  return result.facts;
}

/** Facts are looked up at the line that ends in `<--`. */
function factsAt(text: string, contextPointer?: (offset: number) => PointerClass | undefined) {
  const lines = text.trim().split('\n');
  const marked = lines.findIndex((line) => line.endsWith('<--'));
  const before = assemble(
    lines
      .slice(0, marked)
      .join('\n')
      .replaceAll(/(goto|call) [a-z]\w*|\[[a-z]\w*\]/g, (m) => (m.startsWith('[') ? '[+0]' : `${m.split(' ')[0]} +0`)),
  );
  return facts(text.replace('<--', ''), contextPointer).insns[before.length];
}

const cases: [string, string, unknown][] = [
  ['the context at entry', 'r0 = *(u32 *)(r1 +12) <--\nexit', { base: 'context', contextOffset: 12 }],
  ['a copy of the context', 'r6 = r1\nr0 = *(u32 *)(r6 +4) <--\nexit', { base: 'context', contextOffset: 4 }],
  [
    'the context moved by a constant',
    'r1 += 8\nr0 = *(u32 *)(r1 +4) <--\nexit',
    { base: 'context', contextOffset: 12 },
  ],
  ['moved by a register', 'r2 = 8\nr1 += r2\nr0 = *(u32 *)(r1 +4) <--\nexit', { base: 'context', contextOffset: 12 }],
  ['moved back', 'r1 += 8\nr1 -= 4\nr0 = *(u32 *)(r1 +4) <--\nexit', { base: 'context', contextOffset: 8 }],
  ['moved by what is not known', 'call 7\nr1 = r0\nr0 = 0\nexit', undefined],
  [
    'the context spilled and refilled',
    '*(u64 *)(r10 -8) = r1\ncall 7\nr1 = *(u64 *)(r10 -8)\nr0 = *(u32 *)(r1 +0) <--\nexit',
    { base: 'context', contextOffset: 0 },
  ],
  [
    'a spill that was overwritten in part',
    '*(u64 *)(r10 -8) = r1\n*(u8 *)(r10 -3) = 0\nr1 = *(u64 *)(r10 -8)\nr0 = *(u32 *)(r1 +0) <--\nexit',
    { base: 'unknown' },
  ],
  [
    'the context in a subprogram',
    'r2 = r1\nr1 = 0\ncall f\nexit\nf:\nr0 = *(u32 *)(r2 +16) <--\nexit',
    { base: 'context', contextOffset: 16 },
  ],
  [
    'the context through a frame of the caller',
    '*(u64 *)(r10 -16) = r1\nr1 = r10\nr1 += -16\ncall f\nexit\nf:\nr1 = *(u64 *)(r1 +0)\nr0 = *(u32 *)(r1 +4) <--\nexit',
    { base: 'context', contextOffset: 4 },
  ],
  [
    'what a subprogram gives back',
    'call f\nr0 = *(u32 *)(r0 +4) <--\nexit\nf:\nr0 = r1\nexit',
    { base: 'context', contextOffset: 4 },
  ],
  [
    'kept over a call',
    'r6 = r1\ncall f\nr0 = *(u32 *)(r6 +4) <--\nexit\nf:\nr6 = 0\nr0 = 0\nexit',
    { base: 'context', contextOffset: 4 },
  ],
  ['packet data', 'r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +13) <--\nexit', { base: 'packet' }],
  [
    'packet data moved in a loop',
    'r2 = *(u32 *)(r1 +0)\nr3 = 0\nagain:\nr4 = *(u8 *)(r2 +0) <--\nr2 += 1\nr3 += 1\nif r3 < 9 goto again\nr0 = 0\nexit',
    { base: 'packet' },
  ],
  ['the stack', '*(u64 *)(r10 -8) = 0 <--\nr0 = 0\nexit', { base: 'stack' }],
  ['an argument of a call', 'r1 = map[id:2]\nr0 = 0\nr2 = r10\nr2 += -4\ncall 1 <--\nr0 = 0\nexit', { map: 0 }],
  ['the map of a tail call', 'r2 = map[id:1]\nr3 = 0\ncall 12 <--\nr0 = 0\nexit', { map: 0 }],
  [
    'a value that was looked up',
    'r6 = map[id:2]\nr1 = map[id:1]\nr2 = r10\nr2 += -4\ncall 1\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 +0) <--\nr0 = 0\nexit',
    { base: 'map_value', map: 1 },
  ],
  [
    'a map that was looked up in a map',
    'r1 = map[id:3]\nr2 = r10\nr2 += -4\ncall 1\nif r0 == 0 goto +5\nr1 = r0\nr2 = r10\nr2 += -4\ncall 1\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 +0) <--\nr0 = 0\nexit',
    { base: 'map_value', map: undefined },
  ],
  ['a value by its address', 'r1 = map[id:2][0]+4\nr0 = *(u32 *)(r1 +0) <--\nexit', { base: 'map_value', map: 0 }],
  ['an arena', 'r1 = map[id:4][0]+0\nr0 = *(u32 *)(r1 +0) <--\nexit', { base: 'arena' }],
  [
    'different pointers on two paths',
    'call 7\nr1 = r10\nr1 += -8\nif r0 == 0 goto +2\nr1 = map[id:2][0]+0\nr0 = *(u32 *)(r1 +0) <--\nexit',
    { base: 'unknown' },
  ],
  [
    'null on one path',
    'r6 = r1\ncall 7\nr1 = 0\nif r0 == 0 goto +1\nr1 = r6\nif r1 == 0 goto +1\nr0 = *(u32 *)(r1 +0) <--\nr0 = 0\nexit',
    { base: 'context', contextOffset: 0 },
  ],
  [
    'the map value of a callback',
    'r1 = map[id:1]\nr2 = subprog[cb]\nr3 = 0\nr4 = 0\ncall 164\nr0 = 0\nexit\ncb:\nr0 = *(u64 *)(r3 +0) <--\nr0 = 0\nexit',
    { base: 'map_value', map: 0 },
  ],
  [
    'the context through the argument of a callback',
    '*(u64 *)(r10 -8) = r1\nr3 = r10\nr3 += -8\nr1 = 4\nr2 = subprog[cb]\nr4 = 0\ncall 181\nr0 = 0\nexit\ncb:\nr1 = *(u64 *)(r2 +0)\nr0 = *(u32 *)(r1 +8) <--\nr0 = 0\nexit',
    { base: 'context', contextOffset: 8 },
  ],
  [
    'a socket that was looked up',
    'call 84\nif r0 == 0 goto +1\nr0 = *(u32 *)(r0 +4) <--\nr0 = 0\nexit',
    { base: 'socket', contextOffset: 4 },
  ],
];

describe('facts say what an instruction works on', () => {
  for (const [name, text, wanted] of cases) test(name, () => expect(factsAt(text)).toEqual(wanted));
});

test('a chain of loads from an argument by BTF stays BTF', () => {
  const btf = (): PointerClass => 'btf';
  expect(factsAt('r1 = *(u64 *)(r1 +0)\nr1 = *(u64 *)(r1 +16)\nr0 = *(u32 *)(r1 +4) <--\nexit', btf)).toEqual({
    base: 'btf',
  });
});

test('code behind a condition on constants is not reached', () => {
  expect([...facts('r0 = 0\nr1 = 1\nif r1 == 0 goto +1\nexit\nr0 = 5\nexit').reached]).toEqual([1, 1, 1, 1, 0, 0]);
});

test('a helper may have changed a number on the stack', () => {
  const text =
    '*(u64 *)(r10 -8) = 0\nr1 = r10\nr1 += -8\ncall 4\nr1 = *(u64 *)(r10 -8)\nif r1 == 0 goto +1\nr0 = 1\nr0 = 2\nexit';
  expect(facts(text).reached.every((one) => one === 1)).toBe(true);
});

test('maps come in the order of their first mention', () => {
  const { maps: used } = facts('r1 = map[id:2]\nr2 = map[id:1]\nr3 = map[id:2][0]+4\nr0 = 0\nexit');
  expect(used).toEqual([maps[2], maps[1]]);
});
