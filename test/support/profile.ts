import type { KernelProfile } from '../../src/catalog/index.ts';

/** The kernel that verdicts, results and logs were recorded on: Linux 6.18 of two CPUs, with these types. */
export function profileOf618(btf: Uint8Array, config: Readonly<Record<string, string>> = {}): KernelProfile {
  return {
    version: '6.18.0',
    arch: 'x86_64',
    endian: 'little',
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map(Object.entries({ CONFIG_HZ: '250', CONFIG_NR_CPUS: '256', CONFIG_KALLSYMS_ALL: 'n', ...config })),
  };
}
