import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sha256, toHex } from '../../../src/base/index.ts';
import { parseBtf } from '../../../src/btf/index.ts';
import { parseElf } from '../../../src/elf/index.ts';
import { openObject } from '../../../src/object/index.ts';
import { relocateObject } from '../../../src/relo/index.ts';
import { recordedRows } from '../../support/samples.ts';

/** Where the objects of the kernel's selftests are; they are not part of the repository. */
const folder = process.env.EBPFTS_SELFTESTS;
const rows = recordedRows('core-reloc.csv');

/** The fixtures that relocation must not get past, by the selftests' own expectation. */
const isBad = (fixture: string) => fixture.includes('__err');
/** Their programs ask before they read. */
const isGuarded = (fixture: string) => fixture.startsWith('existence___');

describe('the CO-RE fixtures of the selftests, as libbpf relocates them', () => {
  it('fail where the selftests expect it, and nowhere else', () => {
    const surprising = rows.filter(([fixture, , , , , outcome]) => {
      return isBad(fixture) ? outcome === 'loads' : outcome !== 'loads' && !isGuarded(fixture);
    });
    expect(surprising.map(([fixture]) => fixture)).toEqual([]);
    expect(new Set(rows.map(([fixture]) => fixture)).size).toBe(69);
  });
});

const digest = (bytes: Uint8Array) => toHex(sha256(bytes)).slice(0, 16);

describe(`the CO-RE fixtures of the selftests${folder ? '' : ' (EBPFTS_SELFTESTS is not set: none checked)'}`, () => {
  if (folder === undefined) return;
  for (const [fixture, btfDigest, name, objectDigest, program, outcome, instructions] of rows) {
    const files = [`${folder}/btf__core_reloc_${fixture}.bpf.o`, `${folder}/${name}.bpf.o`];
    if (!files.every((file) => existsSync(file))) continue;
    const [btf, bytes] = files.map((file) => readFileSync(file));
    const types = parseElf(btf).sections.find((section) => section.name === '.BTF')?.data ?? new Uint8Array();
    // Another compiler, another object: nothing is recorded of it.
    if (digest(types) !== btfDigest || digest(bytes) !== objectDigest) continue;
    it(`${fixture} makes of ${program} what libbpf makes of it`, () => {
      const object = openObject(bytes, { name });
      const target = parseBtf(types);
      const reports = relocateObject(object, { target, lenient: true }).reports.filter(({ kind }) => kind === 'core');
      const failed = reports.findIndex((report) => report.outcome === 'failed');
      const made = (failed < 0 ? reports : reports.slice(0, failed + 1)).map((report) => {
        return `${report.insn}: ${report.outcome === 'resolved' ? report.detail.replaceAll(', ', '&') : report.outcome}`;
      });
      expect(made.join(';')).toBe(instructions);
      const poisoned = reports.some((report) => report.outcome === 'poisoned');
      expect(failed >= 0 ? 'refused' : poisoned ? 'poisoned' : 'loads').toBe(outcome);
    });
  }
});
