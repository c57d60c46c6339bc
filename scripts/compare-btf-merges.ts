// Merges sets of BTF files with `mergeBtf` and with libbpf (scripts/btf-merge.c, whose head says how it is built), and
// compares the blobs byte for byte.
//
//   npx tsx scripts/compare-btf-merges.ts BTF_MERGE [-B BASE] [--groups N] [--pairs N] FILE...
//
// Files are ELF objects or raw BTF. Without --groups and --pairs all files are one set; --groups N makes sets of N files
// that follow each other, --pairs N makes N sets of two files drawn at random, always the same ones.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Btf, BtfBuilder, mergeBtf, parseBtf } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { base: { type: 'string', short: 'B' }, groups: { type: 'string' }, pairs: { type: 'string' } },
});
const [yardstick, ...files] = positionals;
const folder = mkdtempSync(join(tmpdir(), 'btf-merge-'));
const out = join(folder, 'out');

function load(path: string, base?: Btf): Btf {
  const bytes: Uint8Array = readFileSync(path);
  return parseBtf(bytes[0] === 0x7f ? (parseElf(bytes).sectionNamed('.BTF')?.data ?? new Uint8Array()) : bytes, {
    base,
  });
}

function hasBtf(path: string): boolean {
  const bytes = readFileSync(path);
  return bytes[0] !== 0x7f || parseElf(bytes).sectionNamed('.BTF') !== undefined;
}

function sets(all: readonly string[]): string[][] {
  if (values.groups !== undefined) {
    const size = Number(values.groups);
    return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  }
  if (values.pairs === undefined) return [[...all]];
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return all[Math.floor((state / 0x1_0000_0000) * all.length)];
  };
  return Array.from({ length: Number(values.pairs) }, () => [draw(), draw()]);
}

const base = values.base === undefined ? undefined : load(values.base);
const baseWords = values.base === undefined ? [] : ['-B', values.base];
let equal = 0;
const wanted = sets(files.filter(hasBtf));
for (const set of wanted) {
  const { status, stderr } = spawnSync(yardstick, ['merge', out, ...baseWords, ...set], { encoding: 'utf8' });
  let ours: Uint8Array | string;
  try {
    ours = BtfBuilder.from(
      mergeBtf(
        set.map((file) => load(file, base)),
        { base },
      ),
      { endian: 'little' },
    ).encode();
  } catch (error) {
    ours = String(error);
  }
  const theirs = status === 0 ? readFileSync(out) : stderr;
  const same = typeof ours !== 'string' && typeof theirs !== 'string' && Buffer.compare(ours, theirs) === 0;
  if (same) equal++;
  else
    console.log(
      `differ: ${set.join(' ')}\n  ours: ${ours.length} ${typeof ours === 'string' ? ours : ''}\n  libbpf: ${theirs.length} ${stderr}`,
    );
}
rmSync(folder, { recursive: true });
console.log(`${equal} of ${wanted.length} sets are byte for byte the same`);
