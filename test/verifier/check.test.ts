import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble, Insns } from '../../src/isa/index.ts';
import { bpf_map_type, bpf_prog_type, errno } from '../../src/uapi/index.ts';
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

test('what may lie on no path of values is refused only where every run comes by', () => {
  expect(check(assemble('call 7\nif r0 > 3 goto +1\nr10 = 0\nr0 = 0\nexit')).verdict).toBe('accepted');
  expect(check(assemble('r0 = 1\nif r0 > 3 goto +1\nr10 = 0\nr0 = 0\nexit')).verdict).toBe('rejected');
});

test('spills around a call that clobbers nothing take no stack', () => {
  const text =
    'r1 = 1\n*(u64 *)(r10 -512) = r1\ncall f\nexit\nf: *(u64 *)(r10 -24) = r1\ncall 8\nr1 = *(u64 *)(r10 -24)\nexit';
  expect(check(assemble(text))).toMatchObject({ verdict: 'accepted', facts: { stackDepths: [512, 0] } });
  expect(check(assemble(text.replace('call 8', 'call 7')))).toMatchObject({ verdict: 'rejected' });
});

test('an exception callback is a subprogram that nothing refers to', () => {
  const insns = assemble('r0 = 0\nexit\nr0 = r1\nexit');
  const options = { insns, progType: bpf_prog_type.BPF_PROG_TYPE_XDP, map: () => -errno.EBADF };
  expect(checkProgram(options).verdict).toBe('rejected');
  expect(checkProgram({ ...options, exceptionCallback: 2 })).toMatchObject({ facts: { subprograms: [0, 2] } });
});

describe('what a map cannot give', () => {
  const { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH } = bpf_map_type;
  /** Map type, entries, offset into a value of 16 bytes; errno and words of Linux 6.18. */
  const cases: [number, number, number, number, string][] = [
    [BPF_MAP_TYPE_ARRAY, 1, 15, 0, ''],
    [BPF_MAP_TYPE_ARRAY, 1, 16, errno.EINVAL, 'invalid access to map value pointer, value_size=16 off=16'],
    [BPF_MAP_TYPE_ARRAY, 1, 1 << 29, errno.EINVAL, 'direct value offset of 536870912 is not allowed'],
    [BPF_MAP_TYPE_ARRAY, 2, 0, errno.ENOTSUPP, 'invalid access to map value pointer, value_size=16 off=0'],
    [BPF_MAP_TYPE_HASH, 1, 0, errno.EINVAL, 'no direct value access support for this map type'],
  ];
  for (const [mapType, maxEntries, offset, code, words] of cases) {
    test(`byte ${offset} of a value of type ${mapType} with ${maxEntries} entries: ${words || 'given'}`, () => {
      const result = checkProgram({
        insns: assemble(`r0 = map[id:1][0]+${offset}\nr0 = 0\nexit`),
        progType: bpf_prog_type.BPF_PROG_TYPE_XDP,
        map: () => ({ attr: { mapType, keySize: 4, valueSize: 16, maxEntries } }),
      });
      const got = result.verdict === 'accepted' ? [0, ''] : [-result.errno, lastWords(result.log)];
      expect(got).toEqual([code, words]);
    });
  }
});

test('a call that relocation has poisoned is refused where conditions on constants do not guard it', () => {
  const poisoned = 'call #195896080\nr0 = 0\nexit';
  expect(check(assemble(`if r1 == 0 goto +1\n${poisoned}`))).toMatchObject({
    verdict: 'rejected',
    log: '1: (85) call unknown#195896080\ninvalid func unknown#195896080\n',
  });
  expect(check(assemble(`w2 = 1\nw2 ^= 1\nif w2 == 0 goto +1\n${poisoned}`)).verdict).toBe('accepted');
  const guarded = {
    insns: assemble(
      `r2 = map[id:1][0]+8\nw2 = *(u32 *)(r2 +4)\nif w2 < 7 goto +1\n${poisoned}`.replace('w2 = *', 'r2 = *'),
    ),
    progType: bpf_prog_type.BPF_PROG_TYPE_XDP,
    map: () => ({ attr: { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 16, maxEntries: 1 } }),
  };
  expect(checkProgram(guarded).verdict).toBe('rejected');
  const constantAt = (_map: unknown, offset: number, size: number): bigint => (offset === 12 && size === 4 ? 6n : 9n);
  expect(checkProgram({ ...guarded, constantAt }).verdict).toBe('accepted');
});
