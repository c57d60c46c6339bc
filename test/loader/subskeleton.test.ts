import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { Skeleton } from '../../src/loader/index.ts';
import { linkObjects } from '../../src/object/index.ts';
import { Globals } from '../gen/golden/globals.subskel.ts';
import { profileOf618 } from '../support/profile.ts';
import { shippedKernelBtf } from '../support/samples.ts';

class App extends Skeleton {}

function linked(...names: readonly string[]): App {
  const files = names.map((name) => ({
    name,
    bytes: readFileSync(new URL(`../../samples/objects/clang-19/el/${name}.bpf.o`, import.meta.url)),
  }));
  return new App(linkObjects(files).bytes, { name: 'app' });
}

test('a library sees its variables in the object that it was linked into, before and after that is loaded', () => {
  const app = linked('tc_nat', 'globals');
  const sub = Globals.open(app);
  sub.rodata.sizes = [1, 2, 3, 4];
  sub.data.limits = { ...sub.data.limits, low: 0 };
  expect(sub.rodata.sizes).toEqual([1, 2, 3, 4]);
  app.load(createKernel({ profile: profileOf618(shippedKernelBtf()) }).openProcess());
  sub.progs.globals.loaded.testRun({ dataIn: new Uint8Array(64) });
  expect(sub.bss.last_length.whole).toBe(64n);
  expect(sub.data_hot.hot_counter).toBeGreaterThan(0n);
  expect(Object.keys(sub.data)).toEqual(['limits', 'countdown']);
  app.close();
});

test('a library that was not linked in is not found', () => {
  const find = () => Globals.open(linked('tc_nat'));
  expect(find).toThrow(EbpftsError);
  expect(find).toThrow("the object has no program 'globals'");
});
