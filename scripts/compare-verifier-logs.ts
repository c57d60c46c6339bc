/**
 * Compares the verifier's logs with those of a running kernel.
 *
 * usage: tsx scripts/compare-verifier-logs.ts OBJECTS LOGS [--level N] [--only TEXT] [--without NAMES] [--show N] [--most N]
 *   OBJECTS    folder of BPF objects
 *   LOGS       folder of files named as the objects, each what `verifier-logs LEVEL OBJECT` printed
 *   --level    BPF_LOG_LEVEL* of the logs (default 2)
 *   --only     objects and programs with this in `object program`
 *   --without  kinds of lines that are left out: precision, live, loops (with commas)
 *   --show     how many of the most frequent first differences are printed (default 30)
 *   --most     characters of a log at most (default 100000): longer ones are not compared
 *
 * Left out of the comparison: addresses, numbers of kfuncs, times.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKernel } from '../src/kernel/index.ts';
import { loadObject, ProgramLoadError } from '../src/loader/index.ts';
import { openObject } from '../src/object/index.ts';
import { profileOf618 } from '../test/support/profile.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    btf: { type: 'string', default: '/sys/kernel/btf/vmlinux' },
    level: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
    show: { type: 'string', default: '30' },
    most: { type: 'string', default: '100000' },
  },
});
const [objects, logs] = positionals;

/** Lines of one kind. */
const KINDS: Readonly<Record<string, RegExp>> = {
  precision: /^(mark_precise|frame \d+: propagating)/,
  live: /^(Live regs before insn|\s+\d+: [.\d]{10} \(|\([\d,]+\) (frame|live))/,
  loops: /^SCC /,
  debug: /^(Global function |arg#\d+ reference type)/,
};
const left = values.without.split(',').flatMap((name) => KINDS[name] ?? []);

interface Recorded {
  readonly program: string;
  readonly errno: number;
  readonly text: string;
}

function recordedIn(text: string): Recorded[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      const [, program, errno] = part.slice(0, end).split(' ');
      return { program, errno: Number(errno), text: part.slice(end + 1) };
    });
}

function normalised(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !left.some((kind) => kind.test(line)))
    .map((line) =>
      line
        .replace(/0xffff[0-9a-f]{12}/g, 'ADDR')
        .replace(/#\d{4,}/g, '#ID')
        .replace(/^verification time \d+ usec/, 'verification time'),
    );
}

const btf = new Uint8Array(readFileSync(values.btf));
const kernel = createKernel({
  verify: 'full',
  profile: profileOf618(btf),
});

function ours(name: string, program: string): { errno: number; text: string } {
  const process = kernel.openProcess();
  try {
    const object = openObject(readFileSync(join(objects, name)), { name });
    for (const each of object.programs) each.autoload = each.name === program;
    const loaded = loadObject(process, object, { logLevel: Number(values.level) });
    return { errno: 0, text: loaded.programs[0]?.log ?? '' };
  } catch (error) {
    return error instanceof ProgramLoadError
      ? { errno: error.errno, text: error.log }
      : { errno: -1, text: `${error}\n${error instanceof Error ? error.stack : ''}` };
  } finally {
    process.exit();
  }
}

const counts = { programs: 0, equal: 0, sameVerdict: 0, lines: 0, equalLines: 0 };
const first = new Map<string, { count: number; example: string }>();

function compare(name: string, theirs: Recorded): void {
  const got = ours(name, theirs.program);
  counts.programs++;
  if ((got.errno === 0) !== (theirs.errno === 0)) return;
  counts.sameVerdict++;
  const [a, b] = [normalised(theirs.text), normalised(got.text)];
  counts.lines += a.length;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  counts.equalLines += at;
  if (at === a.length && at === b.length) {
    counts.equal++;
    return;
  }
  const key = `- ${a[at]}\n    + ${b[at]}`.replace(/\b\d+\b/g, 'N');
  const known = first.get(key);
  if (known) known.count++;
  else
    first.set(key, {
      count: 1,
      example: `${name} ${theirs.program}:\n      ${a[at - 1]}\n      - ${a[at]}\n      + ${b[at]}`,
    });
}

for (const name of readdirSync(objects)) {
  const file = join(logs, name);
  if (!name.endsWith('.o') || !existsSync(file)) continue;
  for (const recorded of recordedIn(readFileSync(file, 'latin1'))) {
    if (recorded.text === '' || recorded.text.length > Number(values.most)) continue;
    if (`${name} ${recorded.program}`.includes(values.only)) compare(name, recorded);
  }
}
for (const { count, example } of [...first.values()].sort((x, y) => y.count - x.count).slice(0, Number(values.show))) {
  console.log(`${count}  ${example}`);
}
console.log(
  `${counts.programs} programs, ${counts.sameVerdict} with the same verdict: ${counts.equal} logs equal, ` +
    `${counts.equalLines} of ${counts.lines} lines before the first difference`,
);
