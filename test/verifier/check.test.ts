import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble, Insns } from '../../src/isa/index.ts';
import { bpf_prog_type, errno } from '../../src/uapi/index.ts';
import { checkProgram } from '../../src/verifier/index.ts';

/**
 * What Linux 6.18 answered: name, instruction bytes, errno, last line of the log before the statistics. Where its refusal
 * was about the meaning of the program and not its structure, errno is 0.
 */
const recorded = JSON.parse(readFileSync('test/data/verifier-structure-6.18.json', 'utf8')) as [
  string,
  string,
  number,
  string,
][];

function check(insns: Insns) {
  return checkProgram({
    insns,
    progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER,
    map: (_fd, index) => (index ? -errno.EPROTO : -errno.EBADF),
  });
}

function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('processed '));
  return lines.at(-1) ?? '';
}

describe('a program of bad structure is refused as Linux 6.18 does', () => {
  for (const [name, hex, errnoWanted, wanted] of recorded) {
    test(name, () => {
      const result = check(new Insns(Uint8Array.from(Buffer.from(hex, 'hex')), 'little'));
      const got = result.verdict === 'accepted' ? [0, ''] : [-result.errno, lastWords(result.log)];
      expect(got).toEqual([errnoWanted, wanted]);
    });
  }
});

test('names the instruction that a refusal is about', () => {
  expect(check(assemble('r0 = 0\nr10 = 0\nexit'))).toMatchObject({
    verdict: 'rejected',
    errno: -errno.EACCES,
    insn: 1,
    log: '1: (b7) r10 = 0\nframe pointer is read only\n',
  });
});

test('refuses more than a million instructions', () => {
  const insns = Insns.alloc(1_000_001, 'little');
  expect(check(insns)).toMatchObject({ verdict: 'rejected', errno: -errno.E2BIG, log: '' });
});

test('takes 100,000 instructions of branches in time that grows with their number', () => {
  const lines = ['r0 = 0'];
  for (let i = 0; i < 33_000; i++) lines.push(`if r1 == ${i} goto +1`, 'r0 += 1', '*(u64 *)(r10 -8) = r0');
  lines.push('exit');
  const insns = assemble(lines.join('\n'));
  const begin = performance.now();
  expect(check(insns).verdict).toBe('accepted');
  expect(performance.now() - begin).toBeLessThan(10_000);
});

test('finds the stack that each subprogram uses', () => {
  const result = check(
    assemble('r1 = 0\n*(u64 *)(r10 -8) = r1\ncall f\nexit\nf: r2 = r10\nr2 += -44\n*(u8 *)(r2 +0) = 1\nr0 = 0\nexit'),
  );
  expect(result).toMatchObject({ facts: { subprograms: [0, 4], stackDepths: [8, 48] } });
});
