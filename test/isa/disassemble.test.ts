import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble, formatInsn, Insns, xlatedImm64 } from '../../src/isa/index.ts';

/**
 * Instruction bytes and what `bpftool prog dump xlated` (7.5) said of them on Linux 6.18: one of each form that 999
 * programs of the selftests have.
 */
const recorded = JSON.parse(readFileSync('test/data/disassembly-6.18.json', 'utf8')) as [string, string][];

function fromHex(hex: string): Insns {
  return new Insns(Uint8Array.from(Buffer.from(hex, 'hex')), 'little');
}

test('says what bpftool says', () => {
  const got = recorded.map(([hex]) => formatInsn(fromHex(hex), 0, { imm64: xlatedImm64 }));
  expect(got).toEqual(recorded.map(([, text]) => text));
  expect(recorded.length).toBeGreaterThan(200);
});

test('what bpftool says can be assembled again', () => {
  for (const [hex, text] of recorded) {
    if (text.startsWith('BUG_')) continue;
    const insns = assemble(text);
    // Which subprogram is meant stands in the second slot only after loading.
    if (text.includes('subprog[')) insns.setImm(1, fromHex(hex).imm(1));
    expect([text, Buffer.from(insns.bytes).toString('hex')]).toEqual([text, hex]);
  }
});

describe('calls', () => {
  const cases: [string, string, string][] = [
    ['8500000001000000', '(85) call bpf_map_lookup_elem#1', 'a helper by its number'],
    ['850000000f270000', '(85) call unknown#9999', 'a helper that does not exist'],
    ['85100000fbffffff', '(85) call pc-5', 'a subprogram'],
    ['8520000034120000', '(85) call kernel-function#4660', 'a kfunc'],
  ];
  for (const [hex, text, name] of cases) test(name, () => expect(formatInsn(fromHex(hex), 0)).toBe(text));

  test('take their names from the resolver', () => {
    const names = { call: (insns: Insns, i: number) => (insns.src(i) === 1 ? '+2#bpf_prog_1_f' : 'bpf_ktime_get_ns') };
    expect(formatInsn(assemble('call +2'), 0, names)).toBe('(85) call pc+2#bpf_prog_1_f');
    expect(formatInsn(assemble('call 5'), 0, names)).toBe('(85) call bpf_ktime_get_ns#5');
  });
});

test('an immediate of 64 bits is shown whole and unsigned', () => {
  expect(formatInsn(assemble('r1 = -2 ll'), 0)).toBe('(18) r1 = 0xfffffffffffffffe');
  expect(formatInsn(assemble('r1 = 0x123456789 ll'), 0)).toBe('(18) r1 = 0x123456789');
});

test('what is no instruction is called so', () => {
  for (const [hex, text] of [
    ['db0a000030000000', 'BUG_db'],
    ['2200000000000000', 'BUG_st_22'],
    ['0100000000000000', 'BUG_ldx_01'],
    ['0000000000000000', 'BUG_ld_00'],
  ]) {
    expect(formatInsn(fromHex(hex), 0)).toBe(text);
  }
});

test('the byte order of the instructions makes no difference to their text', () => {
  const text = 'r1 = *(u64 *)(r10 -8)\nif r1 s> 0x5 goto pc+3\nr2 = 0x123456789abcdef0 ll\nexit';
  const [little, big] = [assemble(text, 'little'), assemble(text, 'big')];
  for (let i = 0; i < little.length; i++) expect(formatInsn(big, i)).toBe(formatInsn(little, i));
  expect(Buffer.from(big.bytes.subarray(0, 8)).toString('hex')).toBe('791afff800000000');
});
