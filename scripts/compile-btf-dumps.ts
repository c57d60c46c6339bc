/**
 * Compiles the C form of `btf dump`, as bpftool 7.5 and 7.8 have it.
 *
 * usage: tsx scripts/compile-btf-dumps.ts CLANG [--modules N] PATH...
 *   PATH  as for compare-btf-dumps.ts
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BpftoolForm, type Btf, formatBtfC, parseBtf } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';
import { btfInputs } from './btf-inputs.ts';

const FORMS: readonly BpftoolForm[] = ['7.5', '7.8'];
// A header without any struct does not use the attribute that it sets for them.
const FLAGS = ['-target', 'bpf', '-fsyntax-only', '-Wall', '-Werror', '-Wno-pragma-clang-attribute', '-xc', '-'];

function readBtf(path: string, base: Btf | undefined): Btf | undefined {
  const file = readFileSync(path);
  if (file[0] !== 0x7f) return parseBtf(file, { base });
  const section = parseElf(file).sectionNamed('.BTF');
  return section && parseBtf(section.data, { base, pointerSize: 8 });
}

/** The compiler's first words where it refuses. */
function refusal(clang: string, header: Uint8Array): string | undefined {
  const { status, stderr } = spawnSync(clang, FLAGS, { input: header, encoding: 'utf8' });
  return status === 0 ? undefined : stderr.split('\n').slice(0, 3).join('\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { modules: { type: 'string', default: '3' } },
});
const [clang, ...paths] = positionals;
if (clang === undefined || paths.length === 0) {
  process.stderr.write('usage: tsx scripts/compile-btf-dumps.ts CLANG [--modules N] PATH...\n');
  process.exit(2);
}
let allRefused = 0;
for (const path of paths) {
  let compiled = 0;
  let refused = 0;
  for (const { files, base } of btfInputs(path, { modules: Number(values.modules) })) {
    const btf = readBtf(files[0], base === undefined ? undefined : readBtf(base, undefined));
    if (btf === undefined) continue;
    for (const form of FORMS) {
      const problem = refusal(clang, formatBtfC(btf, { form }));
      if (problem === undefined) compiled++;
      else refused++;
      if (problem !== undefined) process.stdout.write(`${form} ${files[0]}: ${problem}\n`);
    }
  }
  process.stdout.write(`${path}: ${compiled} headers compile, ${refused} do not\n`);
  allRefused += refused;
}
process.exitCode = allRefused === 0 ? 0 : 1;
