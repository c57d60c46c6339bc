import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/isa/index.ts';
import { bpf_map_type, bpf_prog_type, errno } from '../../src/uapi/index.ts';
import { type VerifyOptions, verifyProgram } from '../../src/verifier/index.ts';

const map = (id: number, mapType: number) => ({
  id,
  attr: { mapType, keySize: 4, valueSize: 8, maxEntries: 1 },
  frozen: false,
  spec: { btfId: 0, fields: [] },
});
const maps: Record<number, ReturnType<typeof map>> = {
  1: map(1, bpf_map_type.BPF_MAP_TYPE_ARRAY),
  2: map(2, bpf_map_type.BPF_MAP_TYPE_HASH),
};

function facts(text: string) {
  const result = verifyProgram({
    insns: assemble(text),
    progType: bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS,
    map: (fd: number) => maps[fd] ?? -errno.EBADF,
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
    capabilities: { bpf: true, perfmon: true, netAdmin: true, sysAdmin: true, sysBoot: true },
    logLevel: 1,
    vmlinux: () => undefined,
    btfById: () => undefined,
  } as VerifyOptions);
  if (result.verdict === 'rejected') throw new Error(result.log);
  return result.facts;
}

const LOOKUP = 'r2 = r10\nr2 += -4\n*(u32 *)(r10 -4) = 0\ncall 1';

describe('the facts of an accepted program', () => {
  test('say what addresses are', () => {
    const { insns } = facts('r2 = *(u32 *)(r1 +4)\n*(u64 *)(r10 -8) = r2\nr0 = 0\nexit');
    expect(insns[0]).toEqual({ base: 'context', contextOffset: 4 });
    expect(insns[1]).toEqual({ base: 'stack' });
  });

  test('say which instructions no path reaches, both halves of wide ones', () => {
    const { reached } = facts('r0 = 0\nif r0 == 0 goto +2\nr1 = 0x100000000 ll\nexit');
    expect([...reached]).toEqual([1, 1, 0, 0, 1]);
  });

  test('say which map is looked up, where it is always the same', () => {
    const same = facts(`r1 = map[id:1]\n${LOOKUP}\nr0 = 0\nexit`);
    expect(same.insns[5]).toEqual({ map: 0 });
    const text = `r6 = *(u32 *)(r1 +0)\nr1 = map[id:1]\nif r6 == 0 goto +2\nr1 = map[id:2]\n${LOOKUP}\nr0 = 0\nexit`;
    expect(facts(text).insns[9]).toBeUndefined();
    expect(facts(text).maps).toEqual([maps[1], maps[2]]);
  });

  test('say that a socket is one', () => {
    const { insns } = facts('r1 = *(u64 *)(r1 +168)\nif r1 == 0 goto +1\nr2 = *(u32 *)(r1 +4)\nr0 = 0\nexit');
    expect(insns[2]).toEqual({ base: 'socket', contextOffset: 4 });
  });
});
