import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src/kernel/index.ts';
import { loadObject, ProgramLoadError } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const btf = shippedKernelBtf();
const bytes = readFileSync(new URL('../fixtures/objects/refused.bpf.o', import.meta.url));

function errorOf(program: string, verify: 'full' | 'structure'): ProgramLoadError | undefined {
  const profile = { version: '6.18.0', arch: 'x86_64', endian: 'little' as const, pageSize: 4096, cpus: 2 };
  const kernel = createKernel({ verify, profile: { ...profile, btf: () => btf, config: new Map() } });
  const object = openObject(bytes, { name: 'refused.bpf.o' });
  for (const spec of object.programs) spec.autoload = spec.name === program;
  try {
    loadObject(kernel.openProcess(), object);
    return undefined;
  } catch (error) {
    if (error instanceof ProgramLoadError) return error;
    throw error;
  }
}

const SEEN: readonly (readonly [program: string, place: string, code: string, access: string | undefined])[] = [
  ['no_null_check', 'refused.bpf.c:25:14', 'MAYBE_NULL_ACCESS', undefined],
  ['no_end_check', 'refused.bpf.c:35:10', 'PACKET_BOUNDS', '1 byte at byte 12, 0 bytes are known to be there'],
  [
    'index_too_large',
    'refused.bpf.c:47:9',
    'MAP_VALUE_BOUNDS',
    '1 byte at byte 8 to 71, 48 bytes are known to be there: it has to begin at byte 0 to 47',
  ],
  [
    'index_without_bound',
    'refused.bpf.c:58:9',
    'UNBOUNDED_ACCESS',
    '1 byte anywhere, 48 bytes are known to be there: it has to begin at byte 0 to 47',
  ],
  ['field_is_missing', 'refused.bpf.c:68:45', 'UNRESOLVED', undefined],
];

describe('an error of a load', () => {
  for (const [program, place, code, access] of SEEN) {
    it(`says where and why ${program} is refused`, () => {
      const error = errorOf(program, 'full')!;
      expect(error.report?.code).toBe(code);
      expect(error.message).toContain(`\n${place}: error: ${error.report?.why} [${code}]\n`);
      const line = error.message.split('\n').find((text) => text.startsWith('  = access: '));
      expect(line?.slice('  = access: '.length)).toBe(access);
      expect(error.message).toContain('\n  = help: ');
    });
  }

  it('says what would help where a field is missing', () => {
    expect(errorOf('field_is_missing', 'full')?.report?.hint).toContain('bpf_core_field_exists()');
  });

  it('has the end of the log where the kernel says no reason', () => {
    const error = errorOf('field_is_missing', 'structure');
    expect(error?.report).toBeUndefined();
    expect(error?.message).toContain('the last lines of the log:');
  });

  it('does not come where nothing is wrong', () => expect(errorOf('fine', 'full')).toBeUndefined());
});
