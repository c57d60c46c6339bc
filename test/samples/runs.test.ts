import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src/kernel/index.ts';
import { type LoadedObject, loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import { recordedRows, sampleObject, shippedKernelBtf } from '../support/samples.ts';

const LIVE_BTF = '/sys/kernel/btf/vmlinux';
const MAX_PACKET = 4096;

/** The kernel whose types ship, and this machine's own where it shows its types. */
const kernels = [
  { types: 'of 6.12', version: '6.12.117', btf: shippedKernelBtf() },
  ...(existsSync(LIVE_BTF)
    ? [{ types: 'of this machine', version: '6.18.0', btf: new Uint8Array(readFileSync(LIVE_BTF)) }]
    : []),
];

function load(file: string, { version, btf }: (typeof kernels)[number]): LoadedObject {
  const profile = {
    version,
    arch: 'x86_64',
    endian: 'little' as const,
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map<string, string>(),
  };
  const object = openObject(sampleObject(`clang-19/el/${file}`), { name: file });
  return loadObject(createKernel({ profile }).openProcess(), object);
}

function packet(name: string): Uint8Array {
  return readFileSync(new URL(`../../samples/packets/${name}.bin`, import.meta.url));
}

/** Rows of one object, in the order in which the kernel ran them: [program, packet, retval, packet afterwards]. */
const byObject = new Map<string, string[][]>();
for (const [object, ...row] of recordedRows('samples-runs-6.18.csv')) {
  byObject.set(object, [...(byObject.get(object) ?? []), row]);
}

describe.each(kernels)('every packet through every sample, with the types $types', (kernel) => {
  it.each([...byObject])('ends as on Linux 6.18: %s', (file, rows) => {
    const loaded = load(file, kernel);
    // As when they were recorded: bpftool had pinned the programs and was gone, so that program arrays were emptied.
    for (const map of loaded.maps) map.close();
    const results = rows.map(([program, name]) => {
      const dataIn = packet(name);
      const { retval, dataOut } = loaded.program(program).testRun({ dataIn, dataSizeOut: MAX_PACKET });
      const after = Buffer.from(dataOut ?? []).toString('hex');
      return [program, name, String(retval), after === Buffer.from(dataIn).toString('hex') ? 'same' : after];
    });
    expect(results).toEqual(rows);
    for (const program of loaded.programs) program.close();
  });

  it('covers the programs that the kernel can run on a packet', () => {
    expect(byObject.size).toBeGreaterThanOrEqual(20);
  });
});
