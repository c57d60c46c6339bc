import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseBtf } from '../../../src/btf/index.ts';
import { Insns } from '../../../src/isa/index.ts';
import { verifyProgram } from '../../../src/verifier/index.ts';

const vmlinux = parseBtf(gunzipSync(readFileSync('data/vmlinux-6.12.117-amd64.btf.gz')));

/*
 * What Linux 6.18 said of a program that calls a kfunc with nothing but zeros: kfunc, program type, attach type, flags,
 * errno, last line of the log.
 */
const rows = readFileSync('test/data/kfunc-calls-6.18.tsv', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

type Insn = readonly [code: number, dst: number, src: number, off: number, imm: number];

function assemble(insns: readonly Insn[]): Uint8Array {
  const bytes = new Uint8Array(insns.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, [code, dst, src, off, imm]] of insns.entries()) {
    view.setUint8(8 * i, code);
    view.setUint8(8 * i + 1, dst | (src << 4));
    view.setInt16(8 * i + 2, off, true);
    view.setInt32(8 * i + 4, imm, true);
  }
  return bytes;
}

const zero = (register: number): Insn => [0xb7, register, 0, 0, 0];
const exit: Insn = [0x95, 0, 0, 0, 0];
const call = (name: string): Insn => [0x85, 0, 2, 0, vmlinux.findByName(name, 'FUNC')?.id ?? 0];

/** The verdict on a program without maps: errno and last line. */
function verdict(insns: readonly Insn[], { progType = 6, attachType = 0, flags = 0 } = {}): string {
  const result = verifyProgram({
    insns: new Insns(assemble(insns), 'little'),
    progType,
    name: '',
    expectedAttachType: attachType,
    flags,
    gplCompatible: true,
    profile: {
      version: '6.18.0',
      arch: 'x86_64',
      endian: 'little',
      pageSize: 4096,
      cpus: 1,
      config: new Map(),
    } as never,
    capabilities: { bpf: true, perfmon: true, sysAdmin: true, sysBoot: true },
    logLevel: 1,
    map: () => -9,
    vmlinux: () => vmlinux,
    btfById: () => undefined,
  });
  if (result.verdict === 'accepted') return '0';
  const lines = result.log.trim().split('\n');
  return `${-result.errno} ${lines.at(lines.at(-1)?.startsWith('processed') ? -2 : -1)}`;
}

describe('a kfunc that is given nothing but zeros', () => {
  for (const [name, user, errno, text] of rows) {
    if (!vmlinux.findByName(name, 'FUNC')) continue;
    test(name, () => {
      const [progType, attachType, flags] = user.split('/').map(Number);
      const program = [...[1, 2, 3, 4, 5].map(zero), call(name), zero(0), exit];
      expect(verdict(program, { progType, attachType, flags })).toBe(errno === '0' ? '0' : `${errno} ${text}`);
    });
  }
});

/* What Linux 6.18 said of small programs: name, program type, attach type, flags, errno, last line, instructions. */
const programs = readFileSync('test/data/kfunc-programs-6.18.tsv', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

describe('a small program of kfuncs', () => {
  for (const [name, user, errno, text, code] of programs) {
    const calls = [...code.matchAll(/call (\w+)/g)].map((match) => match[1]);
    if (calls.some((kfunc) => !vmlinux.findByName(kfunc, 'FUNC'))) continue;
    test(name, () => {
      const [progType, attachType, flags] = user.split('/').map(Number);
      const insns = code.split(';').map((insn): Insn => {
        if (insn.startsWith('call ')) return call(insn.slice(5));
        const [op, ...rest] = insn.split(',');
        const [dst, src, off, imm] = rest.map(Number);
        return [Number.parseInt(op, 16), dst, src, off, imm];
      });
      expect(verdict(insns, { progType, attachType, flags })).toBe(errno === '0' ? '0' : `${errno} ${text}`);
    });
  }
});
