/**
 * Records what bpftool prints of every BTF that the repository holds: the samples and the shipped kernel. The test
 * test/btf/bpftool.test.ts holds our printers to it. Run it again after the samples were built anew.
 *
 * usage: tsx scripts/record-btf-dumps.ts BPFTOOL
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256, toHex } from '../src/base/index.ts';

const ROOT = join(import.meta.dirname, '..');
const KERNEL = 'data/vmlinux-6.12.117-amd64.btf.gz';
/** Words before and after `btf dump file FILE`, per column. */
const FORMS = [
  { options: [], format: ['format', 'raw'] },
  { options: ['--json'], format: ['format', 'raw'] },
  { options: [], format: ['format', 'c'] },
  { options: [], format: ['format', 'c', 'unsorted'] },
];

const digest = (bytes: Uint8Array) => toHex(sha256(bytes)).slice(0, 16);

function record(bpftool: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'btf-dumps-'));
  const objects = readdirSync(join(ROOT, 'samples/objects'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .map((name) => `samples/objects/${name.replaceAll('\\', '/')}`)
    .sort();
  const rows = [KERNEL, ...objects].flatMap((file) => {
    const stored = readFileSync(join(ROOT, file));
    const path = join(scratch, 'input');
    writeFileSync(path, file.endsWith('.gz') ? gunzipSync(stored) : stored);
    const columns = FORMS.map(({ options, format }) => {
      const run = spawnSync(bpftool, [...options, 'btf', 'dump', 'file', path, ...format], { maxBuffer: 2 ** 28 });
      return run.status === 0 ? digest(run.stdout) : '-';
    });
    return columns.every((column) => column === '-') ? [] : [[file, digest(stored), ...columns].join(',')];
  });
  rmSync(scratch, { recursive: true });
  const version = spawnSync(bpftool, ['version'], { encoding: 'utf8' }).stdout.split('\n')[0];
  return `# First 16 hex digits of SHA-256 of each input and of its dumps by ${version}; - where it fails.\nfile,input,raw,json,c,unsorted\n${rows.join('\n')}\n`;
}

writeFileSync(join(ROOT, 'test/data/btf-dumps.csv'), record(process.argv[2] ?? 'bpftool'));
