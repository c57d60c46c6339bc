import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { openObject } from '../../src/object/index.ts';
import { relocateObject } from '../../src/relo/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const folders = ['/usr/lib/x86_64-linux-gnu/bpf', '/usr/lib/aarch64-linux-gnu/bpf'];
const folder = folders.find((path) => existsSync(path));
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.o'));

describe(`objects of Debian's libxdp1${folder ? '' : ' (package not installed: none checked)'}`, () => {
  const target = parseBtf(shippedKernelBtf());
  it(`open and relocate, all ${files.length} of them`, () => {
    for (const file of files) {
      const object = openObject(readFileSync(`${folder}/${file}`), { name: file });
      expect(object.programs.length).toBeGreaterThan(0);
      const { reports } = relocateObject(object, { target, lenient: true });
      expect(reports.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    }
  });
});
