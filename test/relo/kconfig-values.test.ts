import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EbpftsError, toHex } from '../../src/base/index.ts';
import { openObject } from '../../src/object/index.ts';
import { relocateObject } from '../../src/relo/index.ts';

const bytes = readFileSync(new URL('../fixtures/objects/kconfig_types.bpf.o', import.meta.url));
const recorded = readFileSync(new URL('../data/kconfig-values.txt', import.meta.url), 'utf8');
const rows = recorded
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));
const object = openObject(bytes, { name: 'kconfig_types.bpf.o' });
for (const program of object.programs) program.autoload = false;

/** The bytes that an extern gets of a setting, in hex; or why it gets none. */
function resultOf(setting: string): string {
  const extern = object.externs.find(({ name }) => setting.startsWith(`${name}=`));
  if (extern?.kind !== 'kconfig') return 'no such extern';
  try {
    const options = { target: undefined, kconfig: `${setting}\n`, kernelConfig: () => '' };
    const value = relocateObject(object, options).kconfig?.value ?? new Uint8Array();
    return toHex(value.subarray(extern.offset, extern.offset + extern.size));
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    // We add what type the extern has.
    return error.message.split('\n')[0].replace(/, not \w+$/, '');
  }
}

/** libbpf says first that a number cannot be read, then of which extern it is: that is what we say. */
function expectedOf(setting: string, said: string): string {
  if (!/^failed to parse .* as integer/.test(said)) return said;
  const [name, value] = [setting.slice(0, setting.indexOf('=')), setting.slice(setting.indexOf('=') + 1)];
  return `extern (kcfg) '${name}': value '${value}' isn't a valid integer`;
}

describe('settings of the kernel, as libbpf reads them (scripts/libbpf-kconfig.c)', () => {
  for (const name of new Set(rows.map(([setting]) => setting.slice(0, setting.indexOf('='))))) {
    it(`go into ${name}, or do not`, () => {
      const of = rows.filter(([setting]) => setting.startsWith(`${name}=`));
      expect(of.map(([setting]) => `${setting}: ${resultOf(setting)}`)).toEqual(
        of.map(([setting, said]) => `${setting}: ${expectedOf(setting, said)}`),
      );
    });
  }
});
