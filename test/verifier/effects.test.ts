import { expect, test } from 'vitest';
import { assemble, findSubprograms } from '../../src/isa/index.ts';
import { bpf_prog_type } from '../../src/uapi/index.ts';
import { effectsOf } from '../../src/verifier/effects.ts';
import type { VerifyOptions } from '../../src/verifier/index.ts';

function effects(text: string) {
  const insns = assemble(text);
  const options = {
    insns,
    progType: bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS,
    expectedAttachType: 0,
    flags: 0,
    profile: { version: '6.18.0' },
    vmlinux: () => undefined,
  } as unknown as VerifyOptions;
  return effectsOf(options, findSubprograms(insns)).map(({ changesPacket, maySleep }) => [changesPacket, maySleep]);
}

const PULL_DATA = 'call 39';
const TAIL_CALL = 'call 12';
const COPY_FROM_USER = 'call 148';

test('a subprogram changes the packet where a helper that it calls does', () => {
  expect(effects(`call f\nexit\nf: ${PULL_DATA}\nexit`)).toEqual([
    [true, false],
    [true, false],
  ]);
});

test('what is called by what is called counts, however deep and in whatever order', () => {
  const text = `call g\nexit\nf: ${TAIL_CALL}\nexit\ng: call h\nexit\nh: call f\nexit\nk: r0 = 0\nexit\n`;
  expect(effects(`r1 = subprog[k]\n${text}`).map(([changes]) => changes)).toEqual([true, true, true, true, false]);
});

test('a function that is passed as a callback counts as called', () => {
  expect(effects(`r2 = subprog[f]\ncall 181\nexit\nf: ${PULL_DATA}\nexit`)[0]).toEqual([true, false]);
});

test('a helper that may sleep makes its callers ones that may', () => {
  expect(effects(`call f\nexit\nf: ${COPY_FROM_USER}\nexit`)).toEqual([
    [false, true],
    [false, true],
  ]);
});

test('a helper that does neither is of no effect', () => {
  expect(effects('call f\nexit\nf: call 5\nexit')).toEqual([
    [false, false],
    [false, false],
  ]);
});
