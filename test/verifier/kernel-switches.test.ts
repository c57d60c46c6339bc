import { expect, test } from 'vitest';
import { kernelVersions } from '../../src/catalog/index.ts';
import { assemble } from '../../src/isa/index.ts';
import { bpf_prog_type } from '../../src/uapi/index.ts';
import { verifyProgram } from '../../src/verifier/index.ts';

/** The last words of a version about a program of the network. */
function lastWords(text: string, version: string): string {
  const result = verifyProgram({
    insns: assemble(text),
    progType: bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS,
    map: () => -9,
    name: '',
    expectedAttachType: 0,
    flags: 0,
    gplCompatible: true,
    profile: {
      version: `${version}.0`,
      arch: 'x86_64',
      endian: 'little',
      pageSize: 4096,
      cpus: 1,
      btf: () => undefined,
      config: new Map(),
    },
    capabilities: { bpf: true, perfmon: true, sysAdmin: true, sysBoot: true },
    logLevel: 1,
    vmlinux: () => undefined,
    btfById: () => undefined,
  });
  if (result.verdict === 'accepted') return 'accepted';
  return result.log.split('\n').findLast((line) => line !== '' && !line.startsWith('processed')) ?? '';
}

/** A load by a number, that only a kernel which does not know what the program knows comes by. */
const unless = (known: string) => `${known}\nr1 = *(u64 *)(r2 +0)\nok: r0 = 0\nexit`;

const ROWS: readonly (readonly [what: string, program: string, since: string, before: string])[] = [
  ['stack that was never written', 'r0 = *(u64 *)(r10 -8)\nexit', '6.1', 'invalid read from stack R10 off=-8 size=8'],
  [
    'a loop that is entered in the middle',
    'r1 = 0\ngoto in\ntop: r1 += 1\nin: if r1 < 4 goto top\nr0 = 0\nexit',
    '6.7',
    'back-edge from insn 2 to 3',
  ],
  [
    'a register that is not below 0',
    unless('call 7\nr1 = 0\nr2 = 0\nif r1 <= r0 goto ok'),
    '6.8',
    "R2 invalid mem access 'scalar'",
  ],
  [
    'a number that is not the end of its range',
    unless('call 7\nr0 &= 1\nr2 = 0\nif r0 == 0 goto ok\nif r0 >= 1 goto ok'),
    '6.8',
    "R2 invalid mem access 'scalar'",
  ],
  [
    'part of a number on the stack',
    unless('r1 = 20\n*(u32 *)(r10 -8) = r1\nr1 = *(u16 *)(r10 -8)\nr2 = 0\nif r1 == 20 goto ok'),
    '6.9',
    "R2 invalid mem access 'scalar'",
  ],
  [
    'a sum of a number and a constant',
    unless('call 7\nr1 = r0\nr1 += 4\nr2 = 0\nif r0 > 10 goto ok\nif r1 <= 14 goto ok'),
    '6.11',
    "R2 invalid mem access 'scalar'",
  ],
  [
    'a helper',
    'r1 = 1\nr2 = 0\nr3 = 0\nr4 = 0\ncall 14\nr0 = 0\nexit',
    '6.10',
    'program of this type cannot use helper bpf_get_current_pid_tgid#14',
  ],
  ['a sign-extending move', 'r1 = 1\nr0 = (s8)r1\nr0 = 0\nexit', '6.6', 'BPF_MOV uses reserved fields'],
];

test.each(ROWS)('%s', (_what, program, since, before) => {
  const versions = kernelVersions();
  const at = versions.indexOf(since);
  expect(lastWords(program, versions[at])).toBe('accepted');
  expect(lastWords(program, versions[at - 1])).toBe(before);
});
