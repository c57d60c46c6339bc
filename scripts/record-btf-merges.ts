// Writes test/data/btf-merges.csv: what libbpf makes of sets of BTF (scripts/btf-merge.c, whose head says how it is
// built). To be run again where samples or the shipped kernel changed.
//
//   npx tsx scripts/record-btf-merges.ts BTF_MERGE
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeInput } from '../test/support/btf-merges.ts';

const [yardstick] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'btf-merges-'));

const wanted: [kind: string, what: string][] = [
  ...Array.from({ length: 40 }, (_, i): [string, string] => ['random', String(i + 1)]),
  ...Array.from({ length: 40 }, (_, i): [string, string] => ['split', String(i + 1)]),
  ['objects', 'clang-19/el/xdp_load_balancer.bpf.o+clang-19/el/kfunc_task.bpf.o'],
  ['objects', 'clang-19/eb/typed_values.bpf.o+gcc/el/globals.bpf.o+clang-14/el/typed_values.bpf.o'],
  ['objects', 'gcc/eb/globals.bpf.o+gcc/eb/tc_nat.bpf.o+clang-19/el/struct_ops_tcp_cc.bpf.o'],
  ['kernel', '2'],
];

const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const lines = [
  '# What btf__add_btf and btf__dedup of libbpf 1.5 make of each set: types with void, SHA-256 of the blob.',
  '# Written by scripts/record-btf-merges.ts.',
  'kind,what,types,sha256',
];
for (const [kind, what] of wanted) {
  const { base, files } = mergeInput(kind, what);
  const out = join(folder, 'out');
  const words = base === undefined ? [] : ['-B', file('base', base)];
  const { status, stderr } = spawnSync(
    yardstick,
    ['merge', out, ...words, ...files.map((bytes, i) => file(String(i), bytes))],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new TypeError(`${kind} ${what}: ${stderr}`);
  const digest = createHash('sha256').update(readFileSync(out)).digest('hex');
  lines.push([kind, what, /types (\d+)/.exec(stderr)?.[1], digest].join(','));
}
rmSync(folder, { recursive: true });
writeFileSync(join(import.meta.dirname, '../test/data/btf-merges.csv'), `${lines.join('\n')}\n`);
