/**
 * Compares `gen skeleton … lang c` and `gen subskeleton` with bpftool's: the same bytes, the same exit status, the same
 * `Error:` line.
 *
 * usage: tsx scripts/compare-skeletons.ts BPFTOOL [--record CSV] FOLDER...
 *   FOLDER    of BPF objects; those of the other byte order, which bpftool 7.5 refuses, are counted apart
 *   --record  writes a row for each: object, command, status, SHA-256 of bpftool's output
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeUtf8, sha256, toHex } from '../src/base/index.ts';
import { main } from '../src/cli/main.ts';

interface Outcome {
  readonly status: number;
  readonly text: string;
  /** The line with which it refused. */
  readonly error: string;
}

const COMMANDS = ['skeleton', 'subskeleton'] as const;

function errorLine(text: string): string {
  return text.split('\n').find((line) => line.startsWith('Error: ')) ?? '';
}

function ofBpftool(bpftool: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(bpftool, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  return { status: status ?? -1, text: stdout, error: errorLine(stderr) };
}

async function ofOurs(args: readonly string[]): Promise<Outcome> {
  const out: Buffer[] = [];
  let err = '';
  const status = await main(args, {
    out: (text) => out.push(Buffer.from(text)) > 0,
    err: (text) => {
      err += text;
    },
    stdin: () => new Uint8Array(),
    readFile: (path) => readFileSync(path),
    env: {},
    terminal: undefined,
    progress: false,
    interrupted: () => AbortSignal.abort(),
  });
  return { status, text: Buffer.concat(out).toString(), error: errorLine(err) };
}

/** What differs; undefined where nothing does. */
function difference(theirs: Outcome, ours: Outcome): string | undefined {
  if (theirs.status !== ours.status) return `status: bpftool ${theirs.status}, ours ${ours.status} ${ours.error}`;
  if (theirs.error !== ours.error) return `bpftool ${theirs.error}, ours ${ours.error}`;
  const want = theirs.text.split('\n');
  const got = ours.text.split('\n');
  const line = want.findIndex((text, i) => text !== got[i]);
  if (line >= 0) return `line ${line + 1}: bpftool ${JSON.stringify(want[line])}, ours ${JSON.stringify(got[line])}`;
  return want.length === got.length ? undefined : `bpftool has ${want.length} lines, ours ${got.length}`;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { record: { type: 'string' } } });
const [bpftool, ...folders] = positionals;
if (bpftool === undefined || folders.length === 0) {
  console.error('usage: tsx scripts/compare-skeletons.ts BPFTOOL [--record CSV] FOLDER...');
  process.exit(2);
}
const rows: string[] = ['object,command,status,sha256'];
const counts = { identical: 0, refusedAlike: 0, foreign: 0, different: 0 };
for (const folder of folders) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.o'));
  for (const path of files.sort().map((name) => join(folder, name))) {
    for (const command of COMMANDS) {
      const theirs = ofBpftool(bpftool, ['gen', command, path]);
      if (theirs.error.endsWith('Endian mismatch')) {
        counts.foreign++;
        continue;
      }
      const digest = toHex(sha256(encodeUtf8(theirs.text)));
      rows.push(`${relative(folder, path)},${command},${theirs.status},${digest}`);
      const problem = difference(theirs, await ofOurs(['gen', command, path, 'lang', 'c']));
      if (problem !== undefined) {
        counts.different++;
        console.log(`${path} ${command}: ${problem}`);
      } else if (theirs.status === 0) counts.identical++;
      else counts.refusedAlike++;
    }
  }
}
if (values.record !== undefined) writeFileSync(values.record, `${rows.join('\n')}\n`);
console.log(
  `${counts.identical} identical, ${counts.refusedAlike} refused alike, ${counts.different} different, ${counts.foreign} of the other byte order`,
);
process.exitCode = counts.different > 0 ? 1 : 0;
