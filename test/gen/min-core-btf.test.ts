import { describe, expect, it } from 'vitest';
import { sha256, toHex } from '../../src/base/index.ts';
import { BtfBuilder, parseBtf, parseBtfExt } from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { generateMinCoreBtf } from '../../src/gen/index.ts';
import { openObject } from '../../src/object/index.ts';
import { type CoreRecords, markCoreRecords, relocateObject, UsedTypes } from '../../src/relo/index.ts';
import { recordedRows, sampleObject, sampleObjects, shippedKernelBtf } from '../support/samples.ts';

const kernel = parseBtf(shippedKernelBtf());

function recordsOf(path: string): CoreRecords | undefined {
  const elf = parseElf(sampleObject(path));
  const btf = elf.sectionNamed('.BTF');
  const ext = elf.sectionNamed('.BTF.ext');
  return btf && ext && { btf: parseBtf(btf.data), ext: parseBtfExt(ext.data) };
}

function minimal(...paths: string[]): Uint8Array {
  const used = new UsedTypes(kernel);
  for (const path of paths) {
    const records = recordsOf(path);
    if (records !== undefined) expect(markCoreRecords(used, records), path).toEqual([]);
  }
  return generateMinCoreBtf(used);
}

/** Instructions and CO-RE outcomes of every program, against a kernel whose BTF for CO-RE is `coreTarget`. */
function relocated(path: string, coreTarget: typeof kernel): string[] {
  const object = openObject(sampleObject(path), { name: 'sample' });
  const { programs, reports } = relocateObject(object, { target: kernel, coreTarget, lenient: true });
  const ids = /<(local|target)_type_id>/;
  return [
    // Ids of the kernel's types are those of the BTF that is given.
    ...(reports.some(({ subject }) => ids.test(subject)) ? [] : programs.map(({ insns }) => toHex(insns.bytes))),
    ...reports.map(({ subject, outcome, detail }) => `${subject} ${outcome} ${ids.test(subject) ? '' : detail}`),
  ];
}

describe('generateMinCoreBtf', () => {
  it('writes the bytes that bpftool 7.5 writes for every little-endian sample', () => {
    const rows = recordedRows('min-core-btf.csv');
    const differing = rows.filter(([path, size, digest]) => {
      const bytes = minimal(path);
      return bytes.length !== Number(size) || toHex(sha256(bytes)).slice(0, 16) !== digest;
    });
    expect(rows.length).toBeGreaterThan(90);
    expect(differing).toEqual([]);
  });

  for (const folder of ['clang-19/el', 'clang-19/eb', 'clang-14/el']) {
    it(`gives every object of ${folder} the instructions that the whole BTF gives it`, () => {
      for (const path of sampleObjects(folder)) {
        expect(relocated(path, parseBtf(minimal(path))), path).toEqual(relocated(path, kernel));
      }
    });
  }

  it('serves a group of objects as the whole BTF serves each', () => {
    const group = sampleObjects('clang-19/el');
    const core = parseBtf(minimal(...group));
    for (const path of group) expect(relocated(path, core), path).toEqual(relocated(path, kernel));
  });

  it('is the same whatever the order of the objects', () => {
    const group = sampleObjects('clang-19/el').slice(0, 8);
    expect(minimal(...group.toReversed())).toEqual(minimal(...group));
  });

  it('holds nothing where nothing is used', () => {
    expect(generateMinCoreBtf(new UsedTypes(kernel))).toEqual(new BtfBuilder().encode());
  });
});
