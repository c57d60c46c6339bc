/**
 * Compares what the verifier says of each program of a recorded list with what Linux said: verdict and last log line.
 *
 * usage: tsx scripts/verdicts.ts OBJECTS CSV [--only GLOB] [--btf FILE] [--annotated] [--diff] [--list] [--log LEVEL]
 *   OBJECTS  folder of BPF objects
 *   CSV      rows with `object`, `program`, `verdict`, `last_log_line`, `insns`, `states`; for --annotated also
 *            `expected`, `expected_msg`, `prog_flags`
 *   --only   programs whose `object program` has this in it (`*` stands for anything)
 *   --annotated  programs that Linux was not let judge (`load-eperm`): held to what their authors expect of verdict and log;
 *            those without a word of it are expected to pass
 *   --diff   says which programs differ, and how
 *   --list   one row for each program: `class object program wanted got`, tab-separated
 *   --log    prints the logs of that level
 *   --slow   says which programs took longest
 *   --caps   capabilities of the loader, comma-separated (`CAP_BPF,CAP_NET_ADMIN`; `none`); default: all
 *
 * Each program is loaded alone, with all other programs of its object left out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeUtf8, encodeUtf8 } from '../src/base/index.ts';
import { createKernel } from '../src/kernel/index.ts';
import { loadObject } from '../src/loader/index.ts';
import { type BpfObject, openObject } from '../src/object/index.ts';
import type { Capability, LogBuffer, ProgLoadAttr, System } from '../src/syscall/index.ts';
import { bpf_prog_type } from '../src/uapi/index.ts';
import { sizeMaps } from '../src/veristat/index.ts';
import { profileOf618 } from '../test/support/profile.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    btf: { type: 'string', default: '/sys/kernel/btf/vmlinux' },
    only: { type: 'string', default: '*' },
    annotated: { type: 'boolean', default: false },
    diff: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    log: { type: 'string' },
    slow: { type: 'boolean', default: false },
    caps: { type: 'string' },
  },
});
const [folder, csv] = positionals;
const capabilities = values.caps?.split(',').filter((name): name is Capability => name.startsWith('CAP_'));

interface Row {
  readonly object: string;
  readonly program: string;
  readonly verdict: string;
  /** The last line of the log; of annotated programs what has to be in the log, in order, with ` || ` between. */
  readonly message: string;
  readonly insns: number;
  readonly states: number;
  /** BPF_F_*: recorded verdicts are those of loads without. */
  readonly flags: number;
}

interface Verdict {
  readonly verdict: 'accept' | 'reject' | 'no verdict';
  readonly message: string;
  readonly log: string;
  readonly insns: number;
  readonly states: number;
  readonly ms: number;
}

/** Fields of one line of CSV; quotes may stand around a field. */
function fields(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, text]) =>
    text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text,
  );
}

function readRows(): Row[] {
  const [head, ...lines] = decodeUtf8(readFileSync(csv)).split('\n');
  const names = fields(head);
  const pattern = new RegExp(values.only.split('*').map(literal).join('.*'));
  const rows: Row[] = [];
  for (const line of lines) {
    const columns = fields(line);
    const row = Object.fromEntries(names.map((name, i) => [name, columns[i] ?? '']));
    if (!pattern.test(`${row.object} ${row.program}`)) continue;
    const expected = values.annotated ? annotated(row) : recorded(row);
    if (!expected) continue;
    const { object, program, insns, states } = row;
    rows.push({ object, program, ...expected, insns: Number(insns), states: Number(states) });
  }
  return rows;
}

type Expected = Pick<Row, 'verdict' | 'message' | 'flags'>;

function recorded({ verdict, last_log_line: line }: Record<string, string>): Expected | undefined {
  if (verdict !== 'accept' && verdict !== 'reject') return undefined;
  const message = verdict === 'reject' ? line.replace(/ ?verification time \d+ usec$/, '') : '';
  return { verdict, message, flags: 0 };
}

function annotated({ verdict, expected, expected_msg: text, prog_flags: flags }: Record<string, string>) {
  if (verdict !== 'load-eperm') return undefined;
  return { verdict: expected === 'failure' ? 'reject' : 'accept', message: text, flags: Number(flags || 0) };
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
}

/** The last line of a log that is not about what was counted. */
function lastLine(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(processed|verification time|stack depth) /.test(line));
  return (lines.at(-1) ?? '').replaceAll('\t', ' ');
}

const objects = new Map<string, BpfObject>();

function open(name: string): BpfObject {
  let object = objects.get(name);
  if (!object) {
    objects.clear();
    objects.set(name, (object = openObject(readFileSync(join(folder, name)), { name })));
  }
  return object;
}

/** What came of the load of one program. */
interface Load {
  readonly fd: number;
  readonly log: string;
}

/** `r0 = 0; exit` */
const NOTHING = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

/**
 * A system that keeps what comes of the load of a program. Others of a struct_ops map, which are loaded along with it, do
 * nothing.
 */
function withLog(system: System, name: string, keep: (load: Load) => void): System {
  return new Proxy(system, {
    get(target, property) {
      if (property === 'progLoad') {
        return (attr: ProgLoadAttr) => {
          if (attr.progName !== name) {
            const along = attr.progType === bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS;
            const others = along ? { insns: NOTHING, funcInfo: undefined, lineInfo: undefined } : {};
            return target.progLoad({ ...attr, ...others });
          }
          const buffer: LogBuffer = { level: Number(values.log ?? (values.annotated ? 2 : 4)), text: '' };
          const fd = target.progLoad({ ...attr, log: buffer });
          keep({ fd, log: buffer.text });
          if (attr.log) attr.log.text = buffer.text;
          return fd;
        };
      }
      const value = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What the kernel knows of a program's name. */
const MAX_NAME = 15;

function judge(row: Row): Verdict {
  const process = kernel.openProcess({ task: { capabilities } });
  const begin = performance.now();
  let load: Load | undefined;
  let [verdict, message]: [Verdict['verdict'], string] = ['no verdict', 'it was not loaded'];
  try {
    const object = open(row.object);
    for (const program of object.programs) {
      program.autoload = program.name === row.program;
      if (program.autoload && row.flags !== 0) program.flags |= row.flags;
    }
    sizeMaps(object, profile.pageSize);
    const system = withLog(process, row.program.slice(0, MAX_NAME), (done) => {
      load = done;
    });
    loadObject(system, object, {});
  } catch (error) {
    message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof Error && !('code' in error)) message += ` ${error.stack?.split('\n')[1]?.trim()}`;
  }
  process.exit();
  const log = load?.log ?? '';
  if (load) [verdict, message] = load.fd >= 0 ? ['accept', ''] : ['reject', lastLine(log)];
  const ms = performance.now() - begin;
  if (values.log !== undefined) console.log(`=== ${row.object} ${row.program}\n${log}`);
  const counted = /processed (\d+) insns .* total_states (\d+)/.exec(log);
  return { verdict, message, log, insns: Number(counted?.[1] ?? -1), states: Number(counted?.[2] ?? -1), ms };
}

const classes = [
  'agree',
  'message differs',
  'false accept',
  'false refusal',
  'not supported yet',
  'no verdict',
] as const;
type Class = (typeof classes)[number];

function classOf(row: Row, got: Verdict): Class {
  if (got.verdict === 'no verdict') return 'no verdict';
  // The program passed, and then had no form that the emulator runs.
  if (/^not supported yet: (helper|kernel function) /.test(got.message))
    return row.verdict === 'accept' ? 'agree' : 'false accept';
  if (got.message.startsWith('not supported yet')) return 'not supported yet';
  if (got.verdict === row.verdict) return hasMessage(row, got) ? 'agree' : 'message differs';
  return got.verdict === 'accept' ? 'false accept' : 'false refusal';
}

function hasMessage({ message }: Row, got: Verdict): boolean {
  if (!values.annotated) return got.message === message;
  const wanted = message === '' ? [] : message.split(' || ');
  const log = got.log.split('\n').map(oneSpaced).join('\n');
  let at = 0;
  return wanted.every((text) => {
    const found = log.indexOf(oneSpaced(text), at);
    at = found + 1;
    return found >= 0;
  });
}

function oneSpaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The text without what differs from program to program. */
function generic(text: string): string {
  return text
    .split('\n')[0]
    .replace(/-?\b(0x)?[0-9a-f]*[0-9][0-9a-f]*\b/g, 'N')
    .slice(0, 150);
}

const btf = new Uint8Array(readFileSync(values.btf));
const profile = profileOf618(btf, { CONFIG_BPF_SYSCALL: 'y', CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: 'y' });
const kernel = createKernel({ verify: 'full', profile });
// Where anybody may load, what is left is what the verifier says.
if (capabilities) kernel.openProcess().writeFile('/proc/sys/kernel/unprivileged_bpf_disabled', encodeUtf8('0'));

const counts = new Map<Class, number>(classes.map((name) => [name, 0]));
const reasons = new Map<Class, Map<string, number>>(classes.map((name) => [name, new Map()]));
const totals = { insns: 0, wantedInsns: 0, states: 0, wantedStates: 0, ms: 0 };
const slow: string[] = [];
const rows = readRows();
for (const row of rows) {
  const got = judge(row);
  const name = classOf(row, got);
  counts.set(name, counts.get(name)! + 1);
  totals.ms += got.ms;
  if (name === 'agree' && row.verdict === 'accept') {
    totals.insns += got.insns;
    totals.wantedInsns += row.insns;
    totals.states += got.states;
    totals.wantedStates += row.states;
  }
  if (name !== 'agree') {
    const reason = name === 'false accept' ? row.message : got.message;
    const key = name === 'message differs' ? `${generic(reason)}  <-  ${generic(row.message)}` : generic(reason);
    reasons.get(name)!.set(key, (reasons.get(name)!.get(key) ?? 0) + 1);
    if (values.diff)
      console.log(`${name}: ${row.object} ${row.program}\n  wanted: ${row.message}\n  got:    ${got.message}`);
  }
  if (values.list)
    console.log([name, row.object, row.program, row.message, got.message, row.insns, got.insns].join('\t'));
  if (got.ms > 500)
    slow.push(`${got.ms.toFixed(0)} ms ${row.object} ${row.program}: ${got.insns} of ${row.insns} insns`);
}
for (const name of classes) {
  const list = [...reasons.get(name)!].sort((a, b) => b[1] - a[1]);
  if (list.length === 0) continue;
  console.log(`\n${name}:`);
  for (const [reason, count] of list.slice(0, values.only === '*' ? 40 : 15)) console.log(`  ${count}  ${reason}`);
}
if (values.slow) console.log(`\nslow:\n${slow.join('\n')}`);
const summary = classes.map((name) => `${counts.get(name)} ${name}`).join(', ');
console.log(`\n${rows.length} programs in ${(totals.ms / 1000).toFixed(1)} s: ${summary}`);
const { insns, wantedInsns, states, wantedStates } = totals;
console.log(`accepted by both: ${insns} insns (Linux ${wantedInsns}), ${states} states (Linux ${wantedStates})`);
