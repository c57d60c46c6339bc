/**
 * Compares every form of `btf dump` with bpftool's: the same bytes where both succeed, the same exit status always.
 *
 * usage: tsx scripts/compare-btf-dumps.ts BPFTOOL [--built] [--modules N] [--only FORM] PATH...
 *   --built  compares the built command line, whose C printer is compiled (scripts/flat), in place of the sources
 *   BPFTOOL  7.5 or 7.8; what 7.5 does not have (root_id, several files) is compared with 7.8 alone
 *   PATH     an ELF object or raw BTF; a folder of them; or a kernel's folder, with `vmlinux` or `vmlinux.btf` and
 *            `modules/`, of which N (default 20, evenly spread) are dumped based on it, with 7.8 also merged
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import type * as Main from '../src/cli/main.ts';
import { type BtfInput, btfInputs } from './btf-inputs.ts';

interface Form {
  readonly name: string;
  readonly options: readonly string[];
  readonly format: readonly string[];
}

const roots = (...ids: number[]) => ids.flatMap((id) => ['root_id', `${id}`]);

const FORMS: readonly Form[] = [
  { name: 'raw', options: [], format: ['format', 'raw'] },
  { name: 'json', options: ['-j'], format: [] },
  { name: 'pretty', options: ['-p'], format: [] },
  { name: 'c', options: [], format: ['format', 'c'] },
  { name: 'unsorted', options: [], format: ['format', 'c', 'unsorted'] },
];

/** Forms that only the newer bpftool has. */
const NEWER_FORMS: readonly Form[] = [
  { name: 'roots-raw', options: [], format: roots(1, 2) },
  { name: 'roots-json', options: ['-j'], format: roots(3) },
  { name: 'roots-c', options: [], format: ['format', 'c', ...roots(5, 2, 9)] },
  { name: 'roots-far', options: [], format: ['format', 'c', ...roots(70, 500, 7000, 70000, 71000)] },
];

interface Dump {
  readonly status: number;
  readonly text: Buffer;
}

function bpftoolDump(bpftool: string, args: readonly string[]): Promise<Dump> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const child = spawn(bpftool, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, text: Buffer.concat(chunks) }));
  });
}

async function ourDump(args: readonly string[]): Promise<Dump> {
  const chunks: Buffer[] = [];
  const status = await main(args, {
    out: (text) => chunks.push(Buffer.from(text)) > 0,
    err: () => {},
    stdin: () => new Uint8Array(),
    readFile: (path) => readFileSync(path),
    env: {},
    terminal: undefined,
    progress: false,
    interrupted: () => AbortSignal.abort(),
  });
  return { status, text: Buffer.concat(chunks) };
}

/** Where two texts part: the line's number and both lines. */
function firstDifference(theirs: Buffer, ours: Buffer): string {
  let at = 0;
  while (at < theirs.length && theirs[at] === ours[at]) at++;
  const start = theirs.lastIndexOf(10, at - 1) + 1;
  const line = theirs.subarray(0, start).toString('latin1').split('\n').length;
  const show = (text: Buffer) =>
    text
      .subarray(Math.max(start, at - 60), at + 60)
      .toString('latin1')
      .split('\n')[0];
  return `line ${line}: bpftool ${JSON.stringify(show(theirs))}, ours ${JSON.stringify(show(ours))}`;
}

/** What is wrong; undefined where nothing is. */
function difference(theirs: Dump, ours: Dump): string | undefined {
  if (theirs.status !== ours.status) return `status: bpftool ${theirs.status}, ours ${ours.status}`;
  if (theirs.status !== 0 || theirs.text.equals(ours.text)) return undefined;
  return firstDifference(theirs.text, ours.text);
}

interface Tally {
  pairs: number;
  identical: number;
  /** Of them: both refuse, with the same status. */
  refused: number;
}

/** The bpftool to compare with, and what is compared. */
interface Yardstick {
  readonly bpftool: string;
  readonly version: string;
  readonly forms: readonly Form[];
}

async function compare({ bpftool, version, forms }: Yardstick, input: BtfInput, tally: Tally): Promise<void> {
  const lines = forms.map(({ options, format }) => [
    ...options,
    ...(input.base === undefined ? [] : ['-B', input.base]),
    ...['btf', 'dump', ...input.files.flatMap((file) => ['file', file])],
    ...format,
  ]);
  const theirs = lines.map((line) => bpftoolDump(bpftool, line));
  for (const [i, line] of lines.entries()) {
    const ours = await ourDump(['--bpftool', version, ...line]);
    const their = await theirs[i];
    const problem = difference(their, ours);
    tally.pairs++;
    if (problem === undefined) tally.identical++;
    else process.stdout.write(`${forms[i].name} ${input.files.join(' + ')}: ${problem}\n`);
    if (problem === undefined && their.status !== 0) tally.refused++;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { built: { type: 'boolean' }, modules: { type: 'string', default: '20' }, only: { type: 'string' } },
});
const [bpftool, ...paths] = positionals;
if (bpftool === undefined || paths.length === 0) {
  process.stderr.write(
    'usage: tsx scripts/compare-btf-dumps.ts BPFTOOL [--built] [--modules N] [--only FORM] PATH...\n',
  );
  process.exit(2);
}
const { main }: typeof Main = values.built
  ? createRequire(import.meta.url)('../dist/cli/start.cjs')
  : await import('../src/cli/main.ts');
const shown = spawnSync(bpftool, ['version'], { encoding: 'utf8' }).stdout;
const version = /v(\d+\.\d+)/.exec(shown)?.[1] ?? '7.5';
const isNewer = version === '7.8';
const forms = [...FORMS, ...(isNewer ? NEWER_FORMS : [])].filter(({ name }) => (values.only ?? name) === name);
const inputOptions = { modules: Number(values.modules), merge: isNewer };
const sum: Tally = { pairs: 0, identical: 0, refused: 0 };
for (const path of paths) {
  const tally: Tally = { pairs: 0, identical: 0, refused: 0 };
  for (const input of btfInputs(path, inputOptions)) await compare({ bpftool, version, forms }, input, tally);
  process.stdout.write(
    `${path}: ${tally.pairs} pairs, ${tally.identical} identical (${tally.refused} refused by both)\n`,
  );
  sum.pairs += tally.pairs;
  sum.identical += tally.identical;
  sum.refused += tally.refused;
}
process.stdout.write(`all: ${sum.pairs} pairs, ${sum.identical} identical (${sum.refused} refused by both)\n`);
process.exitCode = sum.identical === sum.pairs ? 0 : 1;
