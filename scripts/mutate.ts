// Bad input: damages the samples' objects in many ways and gives each to `prog load` and `btf dump`. Each must end in
// success or a clean error within a second, and leave the saved machine as it was or with what was loaded.
// Usage: tsx scripts/mutate.ts [COUNT] [FIRST SEED]     (10,000 take about 20 minutes; SEED repeats one case)
import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../src/cli/main.ts';
import { mulberry32 } from '../test/support/random.ts';

const OBJECTS = join(import.meta.dirname, '..', 'samples', 'objects');
/** Longest that one command may take. */
const LIMIT_MS = 1000;
/** After this the child counts as hung. */
const HUNG_MS = 15_000;
/** The case of a whole object, of which nothing is reported. */
const WARM_UP = -1;
/** Cases between two checks of the machine by `prog list` and `map list`. */
const CHECK_EVERY = 25;

/** What a child says of one case. */
interface CaseReport {
  readonly seed: number;
  readonly name: string;
  /** Command, milliseconds, status and last line of its errors. */
  readonly runs: readonly { command: string; ms: number; status: number; error: string }[];
}

/** Seeded whole numbers below a bound. */
function randomNumbers(seed: number): (below: number) => number {
  const random = mulberry32(seed);
  return (below) => Math.floor(random() * below);
}

const INTERESTING = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff8];

/** A damaged copy: bits flipped, cut short, fields of 2, 4 or 8 bytes overwritten, bytes moved or repeated. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let copy = Uint8Array.from(bytes);
  for (let times = 1 + random(4); times > 0 && copy.length > 8; times--) {
    // Half of the damage goes to the headers, where most lengths stand.
    const at = random(2) ? random(Math.min(copy.length, 4096)) : random(copy.length);
    const view = new DataView(copy.buffer);
    switch (random(6)) {
      case 0:
        copy[at] ^= 1 << random(8);
        break;
      case 1:
        copy = copy.slice(0, random(copy.length));
        break;
      case 2:
        if (at + 4 <= copy.length) view.setUint32(at & ~3, INTERESTING[random(INTERESTING.length)], random(2) === 0);
        break;
      case 3:
        if (at + 2 <= copy.length) view.setUint16(at & ~1, INTERESTING[random(INTERESTING.length)], random(2) === 0);
        break;
      case 4:
        copy.copyWithin(at, random(copy.length), random(copy.length));
        break;
      case 5: {
        // A length field: the section header table's sizes and offsets.
        const table = Number(view.byteLength >= 64 ? view.getBigUint64(40, copy[5] === 1) & 0xffff_ffffn : 0n);
        const field = table + 64 * random(40) + [4, 24, 32, 40, 44, 56][random(6)];
        if (field + 8 <= copy.length)
          view.setUint32(field & ~3, INTERESTING[random(INTERESTING.length)], copy[5] === 1);
        break;
      }
    }
  }
  return copy;
}

async function runCase(seed: number, files: readonly string[], machine: string): Promise<CaseReport> {
  const random = randomNumbers(seed);
  const name = files[random(files.length)];
  const whole = readFileSync(join(OBJECTS, name));
  const bytes = seed === WARM_UP ? whole : mutate(whole, random);
  const runs: { command: string; ms: number; status: number; error: string }[] = [];
  const run = async (words: string[]) => {
    let errors = '';
    const start = performance.now();
    const status = await main(['--machine', machine, ...words], {
      out: () => true,
      err: (text) => {
        errors += text;
      },
      stdin: () => new Uint8Array(),
      readFile: (path) => (path === 'damaged.bpf.o' ? bytes : readFileSync(path)),
      env: {},
      terminal: undefined,
      progress: false,
      interrupted: () => new AbortController().signal,
    });
    const error = errors.trimEnd().split('\n').at(-1) ?? '';
    runs.push({ command: words.join(' '), ms: performance.now() - start, status, error });
  };
  await run(['prog', 'load', 'damaged.bpf.o', `/sys/fs/bpf/case${seed}`]);
  await run(['btf', 'dump', 'file', 'damaged.bpf.o']);
  await run(['btf', 'dump', 'file', 'damaged.bpf.o', 'format', 'c']);
  if (seed % CHECK_EVERY === 0) {
    await run(['prog', 'list']);
    await run(['map', 'list']);
    await run(['machine', 'reset']);
  }
  return { seed, name, runs };
}

function objectFiles(): string[] {
  return readdirSync(OBJECTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .sort();
}

async function child(first: number, count: number): Promise<void> {
  const machine = mkdtempSync(join(tmpdir(), 'ebpfts-mutate-'));
  const files = objectFiles();
  // What is read and compiled only once is so before anything is measured.
  await runCase(WARM_UP, ['clang-19/el/core_reads.bpf.o'], join(machine, 'machine'));
  for (let seed = first; seed < first + count; seed++) {
    process.send?.({ seed, name: '', runs: [] });
    process.send?.(await runCase(seed, files, join(machine, 'machine')));
  }
  rmSync(machine, { recursive: true });
}

/** What is wrong with one finished case. */
function faults(report: CaseReport): string[] {
  const found: string[] = [];
  for (const { command, ms, status, error } of report.runs) {
    const mustWork = /^(prog list|map list|machine reset)/.test(command);
    if (status === 70 || /internal error|unexpected error/.test(error)) found.push(`${command}: ${error}`);
    if (status !== 0 && error === '') found.push(`${command}: status ${status} without a word`);
    if (mustWork && status !== 0) found.push(`${command}: status ${status}: ${error}`);
    if (ms > LIMIT_MS) found.push(`${command}: ${ms.toFixed(0)} ms`);
  }
  return found;
}

/** Runs a child over the seeds until it is done, hangs or dies. @returns the first seed that it did not finish */
function watchChild(first: number, end: number, onReport: (report: CaseReport) => void): Promise<number> {
  return new Promise((resolve) => {
    const process_ = fork(import.meta.filename, ['--child', String(first), String(end - first)], {
      execArgv: process.execArgv,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let next = first;
    const hung = () => process_.kill('SIGKILL');
    let timer = setTimeout(hung, HUNG_MS);
    process_.on('message', (report: CaseReport) => {
      clearTimeout(timer);
      timer = setTimeout(hung, HUNG_MS);
      if (report.runs.length === 0) return;
      next = report.seed + 1;
      onReport(report);
    });
    process_.on('exit', () => {
      clearTimeout(timer);
      resolve(next);
    });
  });
}

async function parent(count: number, first: number): Promise<void> {
  const end = first + count;
  let accepted = 0;
  let refused = 0;
  let bad = 0;
  let slowest = 0;
  const complain = (seed: number, text: string) => {
    bad++;
    console.log(`seed ${seed}: ${text}`);
  };
  for (let next = first; next < end; ) {
    const stopped = await watchChild(next, end, (report) => {
      for (const fault of faults(report)) complain(report.seed, `${report.name}: ${fault}`);
      if (report.runs[0].status === 0) accepted++;
      else refused++;
      slowest = Math.max(slowest, ...report.runs.map((run) => run.ms));
    });
    if (stopped < end) complain(stopped, 'hung or died');
    next = stopped < end ? stopped + 1 : end;
  }
  console.log(
    `${count} damaged objects: ${accepted} loaded, ${refused} refused, ${bad} ended badly; slowest command ${slowest.toFixed(0)} ms`,
  );
  process.exitCode = bad === 0 ? 0 : 1;
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--child') await child(Number(rest[0]), Number(rest[1]));
else await parent(Number(mode ?? 10_000), Number(rest[0] ?? 0));
