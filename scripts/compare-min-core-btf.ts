/**
 * Compares `gen min_core_btf` with bpftool's: the same bytes, or a failure of both. Every object that has CO-RE records
 * is tried alone against every kernel, and in groups.
 *
 * usage: tsx scripts/compare-min-core-btf.ts BPFTOOL [--kernel BTF]... [--groups N] [--record FILE] PATH...
 *   BPFTOOL   7.5
 *   --kernel  BTF of a kernel, raw or gzipped; default the one that ships
 *   --groups  how many groups of three objects to try against each kernel; default 40
 *   --record  write what bpftool gave for each object, for test/data
 *   PATH      an object, or a folder of them
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { sha256, toHex } from '../src/base/index.ts';
import { type Btf, parseBtf, parseBtfExt } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';
import { generateMinCoreBtf } from '../src/gen/index.ts';
import { type CoreRecords, markCoreRecords, UsedTypes } from '../src/relo/index.ts';
import { mulberry32 } from '../test/support/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kernel: { type: 'string', multiple: true, default: ['data/vmlinux-6.12.117-amd64.btf.gz'] },
    groups: { type: 'string', default: '40' },
    record: { type: 'string' },
  },
});
const [bpftool, ...paths] = positionals;
if (bpftool === undefined || paths.length === 0) throw new TypeError('usage: compare-min-core-btf.ts BPFTOOL PATH...');

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-min-core-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

interface Input {
  readonly path: string;
  readonly records: CoreRecords;
}

/** Objects with CO-RE records; the others need nothing of a kernel. bpftool 7.5 reads those of its machine's order. */
function inputs(path: string): Input[] {
  if (statSync(path).isDirectory())
    return readdirSync(path)
      .sort()
      .flatMap((name) => inputs(join(path, name)));
  if (!path.endsWith('.o')) return [];
  const elf = parseElf(readFileSync(path));
  const btf = elf.sectionNamed('.BTF');
  const ext = elf.sectionNamed('.BTF.ext');
  if (btf === undefined || ext === undefined) return [];
  const records = { btf: parseBtf(btf.data, { pointerSize: 8 }), ext: parseBtfExt(ext.data) };
  return records.ext.coreRelos.length === 0 || records.ext.endian !== 'little' ? [] : [{ path, records }];
}

function ours(kernel: Btf, group: readonly Input[]): Uint8Array | undefined {
  const used = new UsedTypes(kernel);
  const failures = group.flatMap(({ records }) => markCoreRecords(used, records));
  return failures.length > 0 ? undefined : generateMinCoreBtf(used);
}

function theirs(kernel: string, group: readonly Input[]): Uint8Array | undefined {
  const output = join(folder, 'out.btf');
  const args = ['gen', 'min_core_btf', kernel, output, ...group.map(({ path }) => path)];
  return spawnSync(bpftool, args, { stdio: 'ignore' }).status === 0 ? readFileSync(output) : undefined;
}

function groups(all: readonly Input[], count: number): Input[][] {
  const random = mulberry32(7);
  const pick = () => all[Math.floor(random() * all.length)];
  return Array.from({ length: count }, () => [pick(), pick(), pick()]);
}

const all = paths.flatMap(inputs);
const rows: string[] = [];
let same = 0;
let smaller = 0;
const differing: string[] = [];
for (const file of values.kernel) {
  const bytes = file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file);
  const raw = join(folder, 'kernel.btf');
  writeFileSync(raw, bytes);
  const kernel = parseBtf(bytes);
  const before = same + differing.length;
  for (const group of [...all.map((input) => [input]), ...groups(all, Number(values.groups))]) {
    const mine = ours(kernel, group);
    const wanted = theirs(raw, group);
    const names = group.map(({ path }) => path).join(' ');
    const isSame = mine === undefined || wanted === undefined ? mine === wanted : Buffer.compare(mine, wanted) === 0;
    if (isSame) same++;
    else differing.push(`${file} ${names}: ${mine?.length ?? 'failed'}, bpftool ${wanted?.length ?? 'failed'}`);
    if (mine !== undefined && wanted !== undefined && mine.length < wanted.length) smaller++;
    if (group.length === 1 && wanted !== undefined) {
      rows.push(`${relative('samples/objects', group[0].path)},${wanted.length},${toHex(sha256(wanted)).slice(0, 16)}`);
    }
  }
  console.log(`${file}: ${same + differing.length - before} compared`);
}
for (const line of differing) console.log(line);
console.log(`${same} of ${same + differing.length} the same, ${smaller} smaller`);
if (values.record !== undefined) {
  const head = '# bpftool 7.5: gen min_core_btf of each sample against the BTF that ships\nobject,bytes,sha256\n';
  writeFileSync(values.record, `${head}${rows.join('\n')}\n`);
}
process.exitCode = differing.length > 0 ? 1 : 0;
