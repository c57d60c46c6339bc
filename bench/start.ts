// How long `ebpfts version` takes beside an empty `node -e 0`, in pairs so that a busy machine slows both.
// Usage: npm run build && npx tsx bench/start.ts [PAIRS]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LIMIT = 1.25;
const pairs = Number(process.argv[2] ?? 60);
const ebpfts = fileURLToPath(new URL('../bin/ebpfts', import.meta.url));

/** Milliseconds of a whole process. */
function time(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new TypeError(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const commands = [
  ['-e', '0'],
  [ebpfts, 'version'],
] as const;
for (const command of commands) time(command);
const times: [number[], number[]] = [[], []];
for (let i = 0; i < pairs; i++) {
  // Each goes first as often as the other.
  for (const which of i % 2 === 0 ? [0, 1] : [1, 0]) times[which].push(time(commands[which]));
}
const [empty, version] = times;
const ratio = median(version.map((ms, i) => ms / empty[i]));
console.log(
  `node -e 0: ${median(empty).toFixed(1)} ms, ebpfts version: ${median(version).toFixed(1)} ms, ` +
    `median of ${pairs} paired ratios: ${ratio.toFixed(3)} (at most ${LIMIT})`,
);
if (ratio > LIMIT) process.exitCode = 1;
