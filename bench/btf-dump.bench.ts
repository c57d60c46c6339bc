// Dumping a kernel's BTF and generating from it, beside bpftool (name it in BPFTOOL). Output is thrown away on both sides.
// The generators' figure is what they take beyond the start of Node, in times of bpftool's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Command, timeCommand, timePaired } from './paired.ts';

const PAIRS = 21;
const HOST_BTF = '/sys/kernel/btf/vmlinux';
const OBJECT = 'samples/objects/clang-19/el/xdp_drop.bpf.o';
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-bench-'));
const shipped = join(folder, 'vmlinux');
writeFileSync(shipped, gunzipSync(readFileSync(join(import.meta.dirname, '../data/vmlinux-6.12.117-amd64.btf.gz'))));
const kernels = [HOST_BTF, shipped].filter((path) => existsSync(path));
const bpftool = process.env.BPFTOOL;

const ours = (words: readonly string[]): Command => [process.execPath, 'bin/ebpfts', ...words];
const ms = (time: number) => `${time.toFixed(0)} ms`;

/** Peak memory of one of our runs in MiB, as the process itself says at its end. */
function peakMemory(words: readonly string[]): number {
  const report = 'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))';
  const args = ['--import', `data:text/javascript,${encodeURIComponent(report)}`, 'bin/ebpfts', ...words];
  const { stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  return Number(stderr) / 1024;
}

function benchDump(words: readonly string[], tool: string): void {
  const { a, b, ratio } = timePaired(ours(words), [tool, ...words], PAIRS);
  const memory = `${peakMemory(words).toFixed(0)} MiB`;
  console.log(`${words.join(' ')}: ${ms(a)}, bpftool ${ms(b)}, ratio ${ratio.toFixed(2)}, peak ${memory}`);
}

function benchGenerator(words: readonly string[], tool: string): void {
  const { a, b } = timePaired(ours(words), [tool, ...words], PAIRS);
  const start = timePaired(ours(words), [process.execPath, '-e', '0'], PAIRS).b;
  const beyond = ((a - start) / b).toFixed(2);
  console.log(
    `${words.join(' ')}: ${ms(a)}, of which Node ${ms(start)}; bpftool ${ms(b)}, ratio beyond Node ${beyond}`,
  );
}

for (const file of kernels) {
  for (const form of [['format', 'raw'], ['format', 'c'], ['-j']]) {
    const words = ['btf', 'dump', 'file', file, ...form];
    if (bpftool !== undefined) benchDump(words, bpftool);
    else console.log(`${words.join(' ')}: ${ms(timeCommand(ours(words)))} (set BPFTOOL to compare)`);
  }
}
const generators = [
  ['gen', 'skeleton', OBJECT],
  ['gen', 'min_core_btf', kernels[0], join(folder, 'min.btf'), OBJECT],
];
if (bpftool !== undefined) for (const words of generators) benchGenerator(words, bpftool);
rmSync(folder, { recursive: true });
