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

/** The fixtures that are at hand as they were recorded: another compiler makes other objects. */
function present(): { readonly row: string[]; readonly types: Uint8Array; readonly bytes: Uint8Array }[] {
  if (folder === undefined) return [];
  return rows.flatMap((row) => {
    const [fixture, btfDigest, name, objectDigest] = row;
    const files = [`${folder}/btf__core_reloc_${fixture}.bpf.o`, `${folder}/${name}.bpf.o`];
    if (!files.every((file) => existsSync(file))) return [];
    const [btf, bytes] = files.map((file) => readFileSync(file));
    const types = parseElf(btf).sections.find((section) => section.name === '.BTF')?.data ?? new Uint8Array();
    return digest(types) === btfDigest && digest(bytes) === objectDigest ? [{ row, types, bytes }] : [];
  });
}

/** What comes of an object: the outcome, then every relocation, as recorded. */
function outcomeOf(name: string, bytes: Uint8Array, types: Uint8Array): string[] {
  const { reports } = relocateObject(openObject(bytes, { name }), { target: parseBtf(types), lenient: true });
  const core = reports.filter(({ kind }) => kind === 'core');
  const failed = core.findIndex(({ outcome }) => outcome === 'failed');
  const made = (failed < 0 ? core : core.slice(0, failed + 1)).map(({ insn, outcome, detail }) => {
    return `${insn}: ${outcome === 'resolved' ? detail.replaceAll(', ', '&') : outcome}`;
  });
  const poisoned = core.some(({ outcome }) => outcome === 'poisoned');
  return [failed >= 0 ? 'refused' : poisoned ? 'poisoned' : 'loads', made.join(';')];
}

const fixtures = present();

describe(`the CO-RE fixtures of the selftests${folder ? '' : ' (EBPFTS_SELFTESTS is not set: none checked)'}`, () => {
  it(`come out as libbpf has them, ${fixtures.length} of ${rows.length}`, () => {
    for (const { row, types, bytes } of fixtures) {
      const [fixture, , name, , , ...expected] = row;
      expect([fixture, ...outcomeOf(name, bytes, types)]).toEqual([fixture, ...expected]);
    }
  });
});
