import { expect, test } from 'vitest';
import { assemble, basicBlocks, findSubprograms } from '../../src/isa/index.ts';

test('blocks end at jumps and begin at their targets', () => {
  const insns = assemble('r0 = 0\nif r1 == 0 goto out\nr2 = 5 ll\nagain: r0 += 1\nif r0 < 9 goto again\nout: exit');
  expect(basicBlocks(insns)).toEqual([
    { start: 0, end: 2, next: 1, jump: 3 },
    { start: 2, end: 4, next: 2, jump: undefined },
    { start: 4, end: 6, next: 3, jump: 2 },
    { start: 6, end: 7, next: undefined, jump: undefined },
  ]);
});

test('goto and exit have no next block; a call does not end one', () => {
  const insns = assemble('call 5\ngoto out\nr0 = 1\nexit\nout: r0 = 2\nexit');
  expect(basicBlocks(insns)).toEqual([
    { start: 0, end: 2, next: undefined, jump: 2 },
    { start: 2, end: 4, next: undefined, jump: undefined },
    { start: 4, end: 6, next: undefined, jump: undefined },
  ]);
});

test('the blocks of one subprogram stay in it', () => {
  const insns = assemble('call f\nexit\nf: if r1 == 0 goto +1\nr0 = 1\nexit');
  expect(basicBlocks(insns, 2, 5).map(({ start, end }) => [start, end])).toEqual([
    [2, 3],
    [3, 4],
    [4, 5],
  ]);
});

test('subprograms are what is called and what has its address taken, once each', () => {
  const insns = assemble('call g\nr2 = subprog[f]\ncall g\nexit\nf: exit\ng: exit');
  expect(findSubprograms(insns)).toEqual([0, 5, 6]);
});

test('calls that lead out of the program are no subprograms', () => {
  expect(findSubprograms(assemble('call +100\ncall -100\nexit'))).toEqual([0]);
});
