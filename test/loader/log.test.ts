import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src/kernel/index.ts';
import { loadObject, ProgramLoadError } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const btf = shippedKernelBtf();
const bytes = readFileSync(new URL('../fixtures/objects/poisoned.bpf.o', import.meta.url));

function errorOf(program: string): ProgramLoadError {
  const profile = { version: '6.12.117', arch: 'x86_64', endian: 'little' as const, pageSize: 4096, cpus: 2 };
  const kernel = createKernel({ profile: { ...profile, btf: () => btf, config: new Map() } });
  const object = openObject(bytes, { name: 'poisoned.bpf.o' });
  for (const spec of object.programs) spec.autoload = spec.name === program;
  for (const map of object.maps) if (map.name === 'absent') map.autocreate = false;
  try {
    loadObject(kernel.openProcess(), object);
  } catch (error) {
    if (error instanceof ProgramLoadError) return error;
    throw error;
  }
  return expect.fail('it was loaded');
}

/** The lines that libbpf 1.5 puts into the log of Linux 6.18 for the same object. */
const EXPECTED: readonly (readonly [program: string, lines: readonly string[]])[] = [
  [
    'of_field',
    [
      '13: <invalid CO-RE relocation>',
      'failed to resolve CO-RE relocation ' +
        '<byte_off> [13] struct task_struct___gone.nowhere.b[1].deep[2] (0:1:1:1:0:2 @ offset 56)',
    ],
  ],
  [
    'of_offset',
    [
      '0: <invalid CO-RE relocation>',
      'failed to resolve CO-RE relocation <byte_off> [13] struct task_struct___gone.nowhere.a (0:1:0 @ offset 8)',
    ],
  ],
  [
    'of_enumerator',
    [
      '0: <invalid CO-RE relocation>',
      'failed to resolve CO-RE relocation <enumval_value> [25] enum bpf_map_type___gone::BPF_MAP_TYPE_OF_NO_KERNEL___gone = 99',
    ],
  ],
  ['of_map', ['4: <invalid BPF map reference>', "BPF map 'absent' is referenced but wasn't created"]],
  ['of_kfunc', ['1: <invalid kfunc call>', "kfunc 'no_such_kfunc___v2' is referenced but wasn't resolved"]],
];

describe('the log of a program that something is missing for', () => {
  for (const [program, lines] of EXPECTED) {
    it(`says of ${program} what libbpf says`, () => {
      const { log } = errorOf(program);
      const at = log.split('\n').indexOf(lines[0]);
      expect(log.split('\n').slice(at, at + lines.length)).toEqual(lines);
    });
  }

  it('names what comes nearest', () => {
    expect(errorOf('of_enumerator').message).toContain('nearest there: BPF_MAP_TYPE_');
  });
});
