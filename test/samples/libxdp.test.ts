import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src/kernel/index.ts';
import { loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const FOLDERS = ['/usr/lib/x86_64-linux-gnu/bpf', '/usr/lib/aarch64-linux-gnu/bpf'];
const folder = FOLDERS.find((path) => existsSync(path));
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.o'));

/** Its section names a function that its user puts another in place of: `fentry/func` of the program to watch. */
const NEEDS_TARGET = "program 'trace_on_entry': failed to find kernel BTF type ID of 'func' (nearest there: found)";
const ENDS: Readonly<Record<string, string>> = { 'xdpdump_bpf.o': NEEDS_TARGET };

describe(`objects of Debian's libxdp1${folder ? '' : ' (package not installed: none loaded)'}`, () => {
  it(`load into the emulated kernel, all ${files.length} of them`, { timeout: 120_000 }, () => {
    const btf = shippedKernelBtf();
    const kernel = createKernel({
      profile: {
        version: '6.12.117',
        arch: 'x86_64',
        endian: 'little',
        pageSize: 4096,
        cpus: 2,
        btf: () => btf,
        config: new Map([['CONFIG_HZ', '250']]),
      },
    });
    const outcomes = files.map((file) => {
      const system = kernel.openProcess();
      try {
        const object = openObject(readFileSync(`${folder}/${file}`), { name: file });
        const loaded = loadObject(system, object);
        return `${file}: ${loaded.programs.length === object.programs.length ? 'loaded' : 'programs are missing'}`;
      } catch (error) {
        return `${file}: ${(error as Error).message}`;
      } finally {
        system.exit();
      }
    });
    expect(outcomes).toEqual(files.map((file) => `${file}: ${ENDS[file] ?? 'loaded'}`));
  });
});
