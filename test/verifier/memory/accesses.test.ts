import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../src/isa/index.ts';
import { errno } from '../../../src/uapi/index.ts';
import { verifyProgram } from '../../../src/verifier/index.ts';

/** What Linux 6.18 answered: name, program type, the program, errno, last line of the log before the statistics. */
const recorded = JSON.parse(readFileSync('test/data/memory-accesses-6.18.json', 'utf8')) as [
  string,
  number,
  string[],
  number,
  string,
][];

function verify(progType: number, lines: readonly string[]): [number, string] {
  const result = verifyProgram({
    insns: assemble(lines.join('\n')),
    progType,
    map: () => -errno.EBADF,
    name: 'test',
    expectedAttachType: 0,
    flags: 0,
    gplCompatible: true,
    profile: {
      version: '6.18.0',
      arch: 'x86_64',
      endian: 'little',
      pageSize: 4096,
      cpus: 2,
      btf: () => new Uint8Array(),
      config: new Map(),
    },
    capabilities: { bpf: true, perfmon: true, sysAdmin: true, sysBoot: true },
    logLevel: 1,
    vmlinux: () => undefined,
    btfById: () => undefined,
  });
  if (result.verdict === 'accepted') return [0, ''];
  const words = result.log.split('\n').filter((line) => line !== '' && !line.startsWith('processed '));
  return [-result.errno, words.at(-1) ?? ''];
}

describe('an access of memory is judged as Linux 6.18 does', () => {
  for (const [name, progType, lines, wantedErrno, wanted] of recorded) {
    test(name, () => expect(verify(progType, lines)).toEqual([wantedErrno, wanted]));
  }
});
