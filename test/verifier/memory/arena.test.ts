import { expect, test } from 'vitest';
import { assemble } from '../../../src/isa/index.ts';
import { bpf_map_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import { verifyProgram } from '../../../src/verifier/index.ts';
import { profileOf618 } from '../../support/profile.ts';

const arena = {
  id: 1,
  attr: { mapType: bpf_map_type.BPF_MAP_TYPE_ARENA, keySize: 0, valueSize: 0, maxEntries: 1 },
  frozen: false,
  spec: { btfId: 0, fields: [] },
};

function lastWords(text: string): string {
  const result = verifyProgram({
    insns: assemble(text),
    progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER,
    map: () => arena,
    name: 'test',
    expectedAttachType: 0,
    flags: 0,
    gplCompatible: true,
    profile: profileOf618(new Uint8Array()),
    capabilities: { bpf: true, perfmon: true, sysAdmin: true, sysBoot: true },
    logLevel: 4,
    vmlinux: () => undefined,
    btfById: () => undefined,
  });
  return result.log.split('\n').filter((line) => line !== '' && !/^(processed|verification|stack)/.test(line))[0] ?? '';
}

test('an address in an arena is a number until it is cast', () => {
  const access = 'r0 = *(u32 *)(r1 +0)\nr0 = 0\nexit';
  expect(lastWords(`r1 = map[id:3][0]+8\n${access}`)).toBe("R1 invalid mem access 'scalar'");
  expect(lastWords(`r1 = map[id:3][0]+8\nr1 = addr_space_cast(r1, 0, 1)\n${access}`)).toBe('');
});
