import { describe, expect, test } from 'vitest';
import { assemble, formatInsn, isWide } from '../../src/isa/index.ts';
import { randomProgram } from '../support/random-program.ts';

test('text and instructions go into one another and back', () => {
  for (let seed = 0; seed < 100; seed++) {
    const insns = randomProgram(seed);
    const lines: string[] = [];
    for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) lines.push(`${i}: ${formatInsn(insns, i)}`);
    expect(assemble(lines.join('\n')).bytes).toEqual(insns.bytes);
  }
});

const forms: [string, string][] = [
  ['r0 = 5', 'b700000005000000'],
  ['r0 = -1', 'b7000000ffffffff'],
  ['w3 = 0x10', 'b403000010000000'],
  ['r0 = 5 ll', '18000000050000000000000000000000'],
  ['r0 = 0xffffffff00000001 ll', '180000000100000000000000ffffffff'],
  ['(18) r0 = 0x5', '18000000050000000000000000000000'],
  ['*(u8 *)(r1 + 4) = r2', '7321040000000000'],
  ['*(u8 *)(r1 + 0x10) = 7', '7201100007000000'],
  ['*(u8 *)(r1 - 0x10) = 7', '7201f0ff07000000'],
  ['if r1 != r2 goto +3', '5d21030000000000'],
  ['if w1 & 0x8 goto -2', '4601feff08000000'],
  ['r6 s/= 3', '3706010003000000'],
  ['w6 s%= w7', '9c76010000000000'],
  ['call bpf_map_lookup_elem', '8500000001000000'],
  ['call 5', '8500000005000000'],
  ['call +5', '8510000005000000'],
  ['call kfunc#9', '8520000009000000'],
  ['r1 = map[id:7]', '18110000070000000000000000000000'],
  ['r1 = map[id:7][0]+16', '18210000070000000000000010000000'],
  ['r1 = map[idx:2]+4', '18610000020000000000000004000000'],
  ['may_goto +2', 'e500020000000000'],
  ['gotol +70000', '0600000070110100'],
  ['   r0 = 1   ; a comment', 'b700000001000000'],
  ['12: (b7) r0 = 1', 'b700000001000000'],
];

describe('forms', () => {
  for (const [text, hex] of forms) {
    test(text, () => expect(Buffer.from(assemble(text).bytes).toString('hex')).toBe(hex));
  }
});

test('labels stand for distances, forward, backward, over wide instructions', () => {
  const insns = assemble(
    'begin: r1 = 1 ll\nif r1 == 0 goto end\ngoto begin\ncall f\nr2 = subprog[f]\ngotol end\nend: exit\nf: exit',
  );
  expect([insns.off(2), insns.off(3), insns.imm(4), insns.imm(5), insns.imm(7)]).toEqual([5, -4, 4, 3, 0]);
});

describe('what cannot be assembled', () => {
  const bad: [string, string, string][] = [
    ['r0 = 1\nfrobnicate r1', 'ASSEMBLY_SYNTAX', 'line 2: no instruction: frobnicate r1'],
    ['r12 = 1', 'ASSEMBLY_SYNTAX', 'line 1: no instruction: r12 = 1'],
    ['r1 = w2', 'ASSEMBLY_SYNTAX', 'line 1: no instruction: r1 = w2'],
    ['goto nowhere', 'ASSEMBLY_LABEL', 'line 1: no label nowhere'],
    ['goto +40000', 'ASSEMBLY_RANGE', 'line 1: offset 40000 does not fit its field'],
    ['r1 = 0x1ffffffff', 'ASSEMBLY_RANGE', 'line 1: immediate 8589934591 does not fit its field'],
  ];
  for (const [text, code, message] of bad) {
    test(message, () => expect(() => assemble(text)).toThrowError(expect.objectContaining({ code, message })));
  }
});
