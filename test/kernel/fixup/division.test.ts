import { describe, expect, test } from 'vitest';
import { assemble, formatInsn, Insns } from '../../../src/isa/index.ts';
import { checkedDivision } from '../../../src/kernel/fixup/division.ts';

function text(division: string): string[] | undefined {
  const list = checkedDivision(assemble(division).get(0));
  if (!list) return undefined;
  const insns = Insns.alloc(list.length, 'little');
  for (const [i, insn] of list.entries()) insns.set(i, insn);
  return list.map((_, i) => formatInsn(insns, i).slice(5));
}

/** What Linux 6.18 makes of divisions, as `prog dump xlated` shows it. */
const recorded: readonly (readonly [string, string[] | undefined])[] = [
  ['r2 /= r1', ['if r1 != 0x0 goto pc+2', 'w2 ^= w2', 'goto pc+1', 'r2 /= r1']],
  ['w2 /= w1', ['if w1 != 0x0 goto pc+2', 'w2 ^= w2', 'goto pc+1', 'w2 /= w1']],
  ['r2 %= r1', ['if r1 == 0x0 goto pc+1', 'r2 %= r1']],
  ['w2 %= w1', ['if w1 == 0x0 goto pc+2', 'w2 %= w1', 'goto pc+1', 'w2 = w2']],
  [
    'r0 s/= r1',
    [
      'r11 = r1',
      'r11 += 1',
      'if r11 > 0x1 goto pc+4',
      'if r11 == 0x0 goto pc+1',
      'r0 = 0',
      'r0 = -r0',
      'goto pc+1',
      'r0 s/= r1',
    ],
  ],
  [
    'w0 s/= w1',
    [
      'r11 = r1',
      'w11 += 1',
      'if w11 > 0x1 goto pc+4',
      'if w11 == 0x0 goto pc+1',
      'w0 = 0',
      'w0 = -w0',
      'goto pc+1',
      'w0 s/= w1',
    ],
  ],
  [
    'r0 s%= r1',
    ['r11 = r1', 'r11 += 1', 'if r11 > 0x1 goto pc+3', 'if r11 == 0x1 goto pc+3', 'w0 = 0', 'goto pc+1', 'r0 s%= r1'],
  ],
  [
    'w0 s%= w1',
    [
      'r11 = r1',
      'w11 += 1',
      'if w11 > 0x1 goto pc+3',
      'if w11 == 0x1 goto pc+4',
      'w0 = 0',
      'goto pc+1',
      'w0 s%= w1',
      'goto pc+1',
      'w0 = w0',
    ],
  ],
  ['r1 /= -1', undefined],
  ['w0 s/= 2', undefined],
  ['r0 s/= -1', ['r0 = -r0']],
  ['w0 s/= -1', ['w0 = -w0']],
  ['r0 s%= -1', ['w0 = 0']],
  ['r0 += r1', undefined],
];

describe('a division is made safe as Linux does', () => {
  test.each(recorded)('%s', (division, wanted) => expect(text(division)).toEqual(wanted));
});
