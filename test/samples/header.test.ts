import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatBtfC, parseBtf } from '../../src/btf/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

/*
 * Every sample is compiled with the whole kernel's header in the place of the short one beside it. Needs clang and
 * libbpf's headers (Debian: clang-19, libbpf-dev); is skipped without them.
 */
const SAMPLES = join(import.meta.dirname, '../../samples');
const sources = readdirSync(SAMPLES).filter((name) => name.endsWith('.bpf.c'));
const clang = ['clang-19', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
const canCompile = clang !== undefined && existsSync('/usr/include/bpf/bpf_helpers.h');

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-header-'));
const header = join(folder, 'vmlinux.h');
const compiled = join(folder, 'vmlinux.pch');
afterAll(() => rmSync(folder, { recursive: true }));

/** Types of a sample's own that the kernel has one of that name of. */
const OWN_TYPES: Readonly<Record<string, string>> = {
  'typed_values.bpf.c': 'key',
  'xdp_ddos_rate_limiter.bpf.c': 'bucket',
  'xdp_redirect.bpf.c': 'bpf_devmap_val',
};
const TARGET = ['--target=bpfel', '-mcpu=v3', '-g', '-O2', '-Wall', '-Wno-missing-declarations'];
const SYSTEM = existsSync('/usr/include')
  ? readdirSync('/usr/include').filter((name) => name.endsWith('-linux-gnu'))
  : [];

function run(args: readonly string[]): string {
  return spawnSync(clang ?? '', [...TARGET, ...args], { encoding: 'utf8' }).stderr;
}

describe.runIf(canCompile)('the C form of the kernel that ships', () => {
  beforeAll(() => {
    writeFileSync(header, formatBtfC(parseBtf(shippedKernelBtf())));
    expect(run(['-xc-header', header, '-o', compiled])).toBe('');
  }, 60_000);

  test.for(sources)('serves %s', { timeout: 60_000 }, (name) => {
    const own = join(folder, `${name}.h`);
    const renamed = OWN_TYPES[name];
    writeFileSync(own, renamed === undefined ? '' : `#define ${renamed} sample_${renamed}\n`);
    const headers = ['-include-pch', compiled, '-include', join(SAMPLES, 'include/constants.h'), '-include', own];
    const system = ['', ...SYSTEM].flatMap((part) => ['-idirafter', join('/usr/include', part)]);
    const args = [...headers, '-I', folder, ...system, '-D__TARGET_ARCH_x86'];
    expect(run([...args, '-fsyntax-only', join(SAMPLES, name)])).toBe('');
  });
});
