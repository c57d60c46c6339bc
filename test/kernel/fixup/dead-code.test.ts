import { describe, expect, test } from 'vitest';
import { assemble, formatInsn } from '../../../src/isa/index.ts';
import { deadCode, hardWire, trapDeadCode } from '../../../src/kernel/fixup/dead-code.ts';

/** A program, and which of its instructions a path reaches (a digit each). */
function wired(text: string, paths: string) {
  const insns = assemble(text);
  const reached = Uint8Array.from(paths, Number);
  hardWire(insns, reached);
  return { insns, reached };
}

function left(text: string, paths: string): string[] {
  const { insns, reached } = wired(text, paths);
  const removed = deadCode(insns, reached);
  return [...removed.keys()].filter((i) => !removed[i]).map((i) => formatInsn(insns, i).slice(5));
}

describe('dead code goes', () => {
  test('with the condition that leads to it, where that is never true', () => {
    expect(left('r0 = 0\nif r0 != 0 goto +1\nexit\nr0 = 1\nexit', '11100')).toEqual(['r0 = 0', 'exit']);
  });

  test('and the condition is a plain jump where it is always true', () => {
    expect(left('r0 = 0\nif r0 == 0 goto +1\nr0 = 1\nr0 = 2\nexit', '11011')).toEqual(['r0 = 0', 'r0 = 2', 'exit']);
    expect(left('if r1 == 0 goto +2\nr0 = 1\nexit\nexit', '1001')).toEqual(['exit']);
  });

  test('a jump to what comes next goes, but not where only another such jump stood between', () => {
    expect(left('goto +0\nexit', '11')).toEqual(['exit']);
    expect(left('goto +1\ngoto +0\nexit', '111')).toEqual(['goto pc+1', 'exit']);
  });

  test('a `may_goto` to what comes next goes, and what led over it', () => {
    expect(left('goto +1\nmay_goto +0\nexit', '111')).toEqual(['exit']);
  });

  test('both halves of a wide instruction', () => {
    expect(left('r0 = 0\nexit\nr1 = 0x100000000 ll\nexit', '11000')).toEqual(['r0 = 0', 'exit']);
  });
});

test('without CAP_BPF dead code stays, as jumps to themselves', () => {
  const insns = assemble('exit\nr1 = 0x100000000 ll\nexit');
  trapDeadCode(insns, Uint8Array.from([1, 0, 0, 0]));
  expect([0, 1, 2, 3].map((i) => formatInsn(insns, i).slice(5))).toEqual([
    'exit',
    'goto pc-1',
    'goto pc-1',
    'goto pc-1',
  ]);
});
