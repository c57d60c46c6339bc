import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/base/index.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName } from '../../../src/syscall/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

const system = createKernel({ profile: tinyProfile() }).openProcess();

function read(path: string): string {
  const bytes = system.readFile(path);
  return typeof bytes === 'number' ? errnoName(bytes) : decodeUtf8(bytes);
}

test('kallsyms has the functions of the BTF, each at one address', () => {
  const lines = read('/proc/kallsyms').trimEnd().split('\n');
  expect(lines.filter((line) => line.endsWith(' T do_unlinkat'))).toHaveLength(1);
  for (const line of lines) expect(line).toMatch(/^ffffffff[0-9a-f]{8} [TDtd] \S+/);
  const addresses = lines.map((line) => line.split(' ')[0]);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test.each([
  ['/proc/config.gz', 'CONFIG_HZ=250\n'],
  ['/sys/devices/system/cpu/possible', '0-1\n'],
  ['/proc/version', 'Linux version 6.18.0 (ebpfts)\n'],
  ['/etc/passwd', 'ENOENT'],
])('%s reads as %j', (path, wanted) => {
  expect(read(path)).toBe(wanted);
});

test('the machine says its architecture, CPUs and release', () => {
  expect(system.machineFacts()).toMatchObject({ release: '6.18.0', machine: 'x86_64', cpus: 2, pageSize: 4096 });
});
