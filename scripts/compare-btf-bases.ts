// Takes split BTF off its base and puts it back with `distillBase` and `relocateToBase`, and with libbpf
// (scripts/btf-merge.c, whose head says how it is built), and compares the blobs byte for byte.
//
//   npx tsx scripts/compare-btf-bases.ts BTF_MERGE BASE MODULE...
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Btf, BtfBuilder, distillBase, parseBtf, relocateToBase } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';

const [yardstick, basePath, ...modules] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'btf-base-'));
const [split, relocated] = [join(folder, 'split'), join(folder, 'relocated')];
const base = parseBtf(readFileSync(basePath));

function run(...words: string[]): void {
  const { status, stderr } = spawnSync(yardstick, words, { encoding: 'utf8' });
  if (status !== 0) throw new TypeError(`${words.join(' ')}: ${stderr}`);
}

const same = (btf: Btf, path: string) =>
  Buffer.compare(BtfBuilder.from(btf, { endian: 'little' }).encode(), readFileSync(path)) === 0;

const equal = { base: 0, split: 0, relocated: 0 };
for (const file of modules) {
  const bytes: Uint8Array = readFileSync(file);
  const blob = bytes[0] === 0x7f ? parseElf(bytes).sectionNamed('.BTF')?.data : bytes;
  run('distill', split, '-B', basePath, file);
  run('relocate', relocated, '-B', basePath, '-D', `${split}.base`, split);
  const distilled = distillBase(parseBtf(blob ?? new Uint8Array(), { base }));
  const results = [
    ['base', same(distilled.base, `${split}.base`)],
    ['split', same(distilled.btf, split)],
    ['relocated', same(relocateToBase(distilled.btf, base), relocated)],
  ] as const;
  for (const [what, isSame] of results) {
    if (isSame) equal[what]++;
    else console.log(`differ: ${what} of ${file}`);
  }
}
rmSync(folder, { recursive: true });
console.log(
  `${modules.length} modules; the same: ${equal.base} bases, ${equal.split} split, ${equal.relocated} relocated`,
);
