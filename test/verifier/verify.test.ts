import { expect, test } from 'vitest';
import { assemble } from '../../src/isa/index.ts';
import { bpf_prog_type, errno } from '../../src/uapi/index.ts';
import { verifyProgram } from '../../src/verifier/index.ts';

function verify(text: string) {
  return verifyProgram({
    insns: assemble(text),
    progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER,
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
      cpus: 1,
      btf: () => undefined,
      config: new Map(),
    },
    capabilities: { bpf: true, perfmon: true, sysAdmin: true, sysBoot: true },
    logLevel: 4,
    vmlinux: () => undefined,
    btfById: () => undefined,
  });
}

function lastWords(text: string): string {
  const result = verify(text);
  if (result.verdict === 'accepted') return 'accepted';
  const lines = result.log
    .split('\n')
    .filter((line) => line !== '' && !/^(processed|verification|stack depth)/.test(line));
  return lines.at(-1) ?? '';
}

/** Programs, and the last words about them. */
const verdicts: readonly (readonly [string, string])[] = [
  ['r0 = 0\nexit', 'accepted'],
  ['exit', 'R0 !read_ok'],
  ['r2 <<= 64\nr0 = 0\nexit', 'R2 !read_ok'],
  ['r1 = 1\nr1 <<= 64\nr0 = 0\nexit', 'invalid shift 64'],
  ['r2 /= 0\nr0 = 0\nexit', 'R2 !read_ok'],
  ['r10 = r2\nr0 = 0\nexit', 'R2 !read_ok'],
  ['r10 = *(u32 *)(r2 +0)\nr0 = 0\nexit', 'R2 !read_ok'],
  ['r10 += 1\nr0 = 0\nexit', 'frame pointer is read only'],
  ['r0 = r2\nexit', 'R2 !read_ok'],
  ['r0 = r10\nr0 *= 2\nr0 = 0\nexit', 'R0 pointer arithmetic with *= operator prohibited'],
  ['r0 = r10\nr0 &= 7\nr0 = 0\nexit', 'R0 bitwise operator &= on pointer prohibited'],
  ['r0 = 1\nr0 -= r10\nexit', 'R0 tried to subtract pointer from scalar'],
  ['r0 = r10\nr0 -= 8\nr0 = 0\nexit', 'R0 subtraction from stack pointer prohibited'],
  ['r0 = r10\nr0 += r1\nr0 = 0\nexit', 'R0 pointer += pointer prohibited'],
  ['r0 = 0\nl: r0 += 1\nif r0 < 10 goto l\nexit', 'accepted'],
  ['r0 = 0\nl: goto l\nexit', 'unreachable insn 2'],
];

for (const [text, wanted] of verdicts) {
  test(`says ${wanted} of: ${text.replaceAll('\n', '; ')}`, () => {
    expect(lastWords(text)).toBe(wanted);
  });
}

test('walks a bounded loop as often as it goes around', () => {
  expect(verify('r0 = 0\nl: r0 += 1\nif r0 < 10 goto l\nexit')).toMatchObject({ counters: { insns: 22 } });
});
