// Dumping a kernel's BTF, beside bpftool where there is one (name it in BPFTOOL). Output is thrown away on both sides.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Command, timeCommand, timePaired } from './paired.ts';

const HOST_BTF = '/sys/kernel/btf/vmlinux';
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-bench-'));
const shipped = join(folder, 'vmlinux');
writeFileSync(shipped, gunzipSync(readFileSync(join(import.meta.dirname, '../data/vmlinux-6.12.117-amd64.btf.gz'))));
const bpftool = process.env.BPFTOOL;

for (const file of [HOST_BTF, shipped].filter((path) => existsSync(path))) {
  for (const form of [['format', 'raw'], ['format', 'c'], ['-j']]) {
    const words = ['btf', 'dump', 'file', file, ...form];
    const ours: Command = [process.execPath, 'bin/ebpfts', ...words];
    if (bpftool === undefined) {
      console.log(`${words.join(' ')}: ${timeCommand(ours).toFixed(0)} ms (set BPFTOOL to compare)`);
      continue;
    }
    const { a, b, ratio } = timePaired(ours, [bpftool, ...words], 7);
    console.log(`${words.join(' ')}: ${a.toFixed(0)} ms, bpftool ${b.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`);
  }
}
rmSync(folder, { recursive: true });
