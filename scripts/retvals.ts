/**
 * Runs each program of a recorded list on the emulated kernel and compares what it returns.
 *
 * usage: tsx scripts/retvals.ts FOLDER CSV [--btf FILE] [--only SUBSTRING] [--engine jit|interpreter] [--verbose]
 *   FOLDER  BPF objects
 *   CSV     rows with `object`, `program`, `section`, `prog_type`, `expected_retval`, `got_retval`, `prog_flags`
 *
 * Packet programs get 64 zero bytes, as the suite's own runner gives them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeUtf8 } from '../src/base/index.ts';
import type { Btf } from '../src/btf/index.ts';
import { parseBtf } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';
import { createKernel } from '../src/kernel/index.ts';
import type { LoadedObject } from '../src/loader/index.ts';
import { loadObject } from '../src/loader/index.ts';
import { openObject } from '../src/object/index.ts';
import type { ProgTestRunAttr, System } from '../src/syscall/index.ts';
import { errnoName, isErrno } from '../src/syscall/index.ts';
import { profileOf618 } from '../test/support/profile.ts';

interface Row {
  readonly object: string;
  readonly program: string;
  readonly type: string;
  readonly wanted: string;
  readonly flags: number;
}

const PACKET_SIZE = 64;
const WITHOUT_PACKET: ReadonlySet<string> = new Set(['syscall', 'tracing', 'raw_tracepoint', 'sk_lookup']);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    btf: { type: 'string', default: '/sys/kernel/btf/vmlinux' },
    only: { type: 'string' },
    engine: { type: 'string', default: 'interpreter' },
    verbose: { type: 'boolean', default: false },
  },
});
const [folder, csv] = positionals;

/** Fields of one line of CSV; quotes may stand around a field. */
function fields(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, text]) =>
    text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text,
  );
}

function readRows(): Row[] {
  const [head, ...lines] = decodeUtf8(readFileSync(csv)).split('\n');
  const names = fields(head);
  const rows: Row[] = [];
  for (const line of lines) {
    const values = fields(line);
    const row = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
    if (!row.expected_retval || !row.got_retval) continue;
    rows.push({
      object: row.object,
      program: row.program,
      type: row.prog_type,
      wanted: row.expected_retval,
      flags: Number(row.prog_flags || 0),
    });
  }
  return rows;
}

/** Maps that the suite's own runner writes one value into: `{ u32 index = 28; int foo[11]; }` with foo[6] set. */
const FILLED: Readonly<Record<string, string>> = {
  'verifier_array_access.bpf.o': 'map_array_ro',
  'verifier_value_ptr_arith.bpf.o': 'map_array_48b',
};

/** Objects that the suite's own runner relocates against the types of another one. */
const CORE_TARGETS: Readonly<Record<string, string>> = {
  'verifier_bitfield_write.bpf.o': 'btf__core_reloc_bitfields.bpf.o',
};

function btfOf(file: string): Btf | undefined {
  const section = parseElf(readFileSync(file)).sections.find(({ name }) => name === '.BTF');
  return section && parseBtf(section.data);
}

function fillMap(system: System, loaded: LoadedObject, row: Row): void {
  const map = [...loaded.maps.values()].find(({ name }) => name === FILLED[row.object]);
  if (!map) return;
  const value = new Uint8Array(48);
  value.set([28]);
  value.set([0x12, 0xef, 0xcd, 0xab], 28);
  system.mapUpdateElem(map.fd, new Uint8Array(4), value);
}

/** What the program returns, or why it did not come to that. */
function run(system: System, row: Row): number | string {
  const object = openObject(readFileSync(join(folder, row.object)), { name: row.object });
  const slots = new Set(object.maps.flatMap((map) => map.slots));
  for (const program of object.programs) program.autoload = program.name === row.program || slots.has(program);
  const custom = CORE_TARGETS[row.object];
  const coreTarget = custom === undefined ? undefined : btfOf(join(folder, custom));
  const loaded = loadObject(system, object, { coreTarget });
  fillMap(system, loaded, row);
  const program = [...loaded.programs.values()].find(({ name }) => name === row.program);
  if (!program) return 'no such program';
  const attr: ProgTestRunAttr = WITHOUT_PACKET.has(row.type) ? {} : { dataIn: new Uint8Array(PACKET_SIZE), repeat: 1 };
  const result = system.progTestRun(program.fd, attr);
  if (isErrno(result)) return `test run: ${errnoName(result)}`;
  return result.retval | 0;
}

const btf = new Uint8Array(readFileSync(values.btf));
const engine = values.engine === 'jit' ? 'jit' : 'interpreter';
// Only what all of the verifier took is compiled.
const verify = engine === 'jit' ? 'full' : 'structure';
const kernel = createKernel({ profile: profileOf618(btf), engine, verify });

const counts = { equal: 0, different: 0, failed: 0 };
const reasons = new Map<string, number>();
for (const row of readRows()) {
  if (values.only && !`${row.object} ${row.program}`.includes(values.only)) continue;
  const process = kernel.openProcess();
  let got: number | string;
  try {
    got = run(process, row);
  } catch (error) {
    got = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  process.exit();
  if (typeof got === 'string') {
    counts.failed++;
    const reason = got.split('\n')[0].slice(0, 140);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    console.log(`failed    ${row.object} ${row.program}: ${values.verbose ? got : reason}`);
  } else if (row.wanted === 'POINTER_VALUE' || got === (Number(row.wanted) | 0)) counts.equal++;
  else {
    counts.different++;
    console.log(`different ${row.object} ${row.program}: ${got}, wanted ${row.wanted}`);
  }
}
const total = counts.equal + counts.different + counts.failed;
console.log(`${total} programs: ${counts.equal} equal, ${counts.different} different, ${counts.failed} did not run`);
