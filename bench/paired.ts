import { spawnSync } from 'node:child_process';

/** A command as words, run without a shell; its output is thrown away. */
export type Command = readonly string[];

/** Wall times of two commands that took turns, in milliseconds, and what their ratio was pair by pair. */
export interface PairedResult {
  readonly a: number;
  readonly b: number;
  /** Median of a/b over the pairs: the figure to quote, since both saw the same machine. */
  readonly ratio: number;
}

function median(values: number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Wall milliseconds of one run. @throws where the command does not end with status 0 */
export function timeCommand([program, ...args]: Command): number {
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const elapsed = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw error ?? new TypeError(`${program} ${args.join(' ')}: status ${status}\n${stderr}`);
  return elapsed;
}

/** Runs A and B in turn after one warm-up of each. */
export function timePaired(a: Command, b: Command, runs = 15): PairedResult {
  timeCommand(a);
  timeCommand(b);
  const pairs = Array.from({ length: runs }, () => ({ a: timeCommand(a), b: timeCommand(b) }));
  return {
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
  };
}
