/**
 * Compares what relocation makes of BPF objects with what libbpf hands to the running kernel: each program's tag and
 * the digest of its instructions.
 *
 * usage: tsx scripts/tags.ts FOLDER [--btf FILE] [--live TSV] [--recorded CSV] [--verbose]
 *   --live      rows `object program verdict errno tag insns_digest ...`, tab-separated, made on this kernel
 *   --recorded  rows `object,object_sha256_16,program,tag,insns_digest` under a head that tells the BTF's SHA-256
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { decodeUtf8, EbpftsError, encodeUtf8, sha256, toHex } from '../src/base/index.ts';
import { parseBtf } from '../src/btf/index.ts';
import type { BpfObject } from '../src/object/index.ts';
import { openObject } from '../src/object/index.ts';
import type { RelocatedProgram, RelocateOptions } from '../src/relo/index.ts';
import { relocateObject } from '../src/relo/index.ts';

interface Expected {
  readonly object: string;
  readonly program: string;
  readonly tag: string;
  readonly digest: string;
}

interface Computed {
  readonly tag: string;
  readonly digest: string;
}

const BPF_LDIMM64 = 0x18;

/** Slots that hold an fd: `ldimm64` with source register BPF_PSEUDO_MAP_FD or _VALUE. */
function mapSlots({ insns }: RelocatedProgram): number[] {
  const slots: number[] = [];
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== BPF_LDIMM64) continue;
    if (insns.src(i) === 1 || insns.src(i) === 2) slots.push(i);
    i++;
  }
  return slots;
}

/** First 8 bytes of SHA-256 over the instructions with both immediates of map references zeroed, as Linux 6.18 does. */
function tagOf(program: RelocatedProgram): string {
  const insns = program.insns.slice();
  for (const slot of mapSlots(program)) {
    insns.setImm(slot, 0);
    insns.setImm(slot + 1, 0);
  }
  return toHex(sha256(insns.bytes).subarray(0, 8));
}

/** Over the instructions with fds zeroed, then the name of each map that is referred to, in order. */
function digestOf(program: RelocatedProgram): string {
  const insns = program.insns.slice();
  for (const slot of mapSlots(program)) insns.setImm(slot, 0);
  const refs = [...program.mapRefs].sort((a, b) => a.insn - b.insn);
  const names = encodeUtf8(refs.map(({ map }) => `${map.name}\0`).join(''));
  const bytes = new Uint8Array(insns.bytes.length + names.length);
  bytes.set(insns.bytes);
  bytes.set(names, insns.bytes.length);
  return toHex(sha256(bytes).subarray(0, 8));
}

/** Relocates one program alone, as if all others were switched off. */
function computeAlone(object: BpfObject, name: string, options: RelocateOptions): Computed {
  for (const program of object.programs) program.autoload = program.name === name;
  const program = relocateObject(object, options).programs.find(({ spec }) => spec.name === name);
  if (program === undefined) return { tag: 'not loaded', digest: 'not loaded' };
  return { tag: tagOf(program), digest: digestOf(program) };
}

function readLive(file: string): Expected[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return rows
    .map((line) => line.split('\t'))
    .filter((row) => row[4] !== '-' && row[4] !== undefined)
    .map(([object, program, , , tag, digest]) => ({ object, program, tag, digest }));
}

/** Rows of objects that are the same bytes; those that depend on the kernel are only comparable with the same BTF. */
function readRecorded(file: string, btfDigest: string, digests: ReadonlyMap<string, string>) {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const rows = lines
    .filter((line) => !line.startsWith('#') && !line.startsWith('object,'))
    .map((line) => line.split(','))
    .filter(([object, digest]) => digests.get(object) === digest)
    .map(([object, , program, tag, digest]) => ({ object, program, tag, digest }));
  return { rows, sameBtf: lines[0].includes(btfDigest), others: lines.length - 2 - rows.length };
}

/** Addresses of the running kernel's symbols. */
function readKallsyms(): (name: string) => bigint | undefined {
  let known: Map<string, bigint> | undefined;
  return (name) => {
    if (known === undefined) {
      known = new Map();
      for (const line of readFileSync('/proc/kallsyms', 'utf8').split('\n')) {
        const [address, , symbol] = line.split(/\s+/);
        if (symbol !== undefined && !known.has(symbol)) known.set(symbol, BigInt(`0x${address}`));
      }
    }
    return known.get(name);
  };
}

function compare(what: string, expected: readonly Expected[], compute: (row: Expected) => Computed | string): void {
  const counts = { equal: 0, tag: 0, digest: 0, failed: 0 };
  for (const row of expected) {
    const got = compute(row);
    if (typeof got === 'string') {
      counts.failed++;
      console.log(`${row.object} ${row.program}: ${got}`);
    } else if (got.tag !== row.tag) {
      counts.tag++;
      console.log(`${row.object} ${row.program}: tag ${got.tag}, not ${row.tag}`);
    } else if (got.digest !== row.digest) {
      counts.digest++;
      console.log(`${row.object} ${row.program}: digest ${got.digest}, not ${row.digest}`);
    } else counts.equal++;
  }
  const { equal, tag, digest, failed } = counts;
  console.log(
    `${what}: ${equal} of ${expected.length} equal; ${tag} other tag, ${digest} other digest, ${failed} failed`,
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    btf: { type: 'string' },
    live: { type: 'string' },
    recorded: { type: 'string' },
    verbose: { type: 'boolean' },
  },
});
const folder = positionals[0];
const btfBytes = readFileSync(values.btf ?? '/sys/kernel/btf/vmlinux');
const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split(/[.-]/).map(Number);
const options: RelocateOptions = {
  target: parseBtf(btfBytes),
  kernelConfig: () =>
    existsSync('/proc/config.gz') ? decodeUtf8(gunzipSync(readFileSync('/proc/config.gz'))) : undefined,
  kernelVersion: (release[0] << 16) | (release[1] << 8) | Math.min(release[2], 255),
  kallsyms: readKallsyms(),
};

const objects = new Map<string, BpfObject>();
const digests = new Map<string, string>();
const refused = new Map<string, number>();
for (const file of readdirSync(folder).filter((name) => name.endsWith('.o'))) {
  const bytes = readFileSync(join(folder, file));
  digests.set(file, toHex(sha256(bytes)).slice(0, 16));
  try {
    objects.set(file, openObject(bytes, { name: file }));
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    if (values.verbose) console.log(`${file}: ${error.message}`);
  }
}
const codes = [...refused].map(([code, count]) => `${code} ${count}`).join(', ');
console.log(`opened ${objects.size} of ${digests.size} objects; refused: ${codes || 'none'}`);

const compute = ({ object, program }: Expected): Computed | string => {
  const opened = objects.get(object);
  if (opened === undefined) return 'the object does not open';
  try {
    return computeAlone(opened, program, options);
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return error.message;
  }
};
if (values.live) compare('live', readLive(values.live), compute);
if (values.recorded) {
  const { rows, sameBtf, others } = readRecorded(values.recorded, toHex(sha256(btfBytes)), digests);
  if (others > 0) console.log(`recorded: ${others} rows not comparable: the object is another one`);
  if (sameBtf) compare('recorded', rows, compute);
  else {
    const equal = rows.filter((row) => {
      const got = compute(row);
      return typeof got !== 'string' && got.tag === row.tag && got.digest === row.digest;
    });
    console.log(
      `recorded: ${rows.length} rows not comparable: the kernel's BTF is another one (${equal.length} are equal all the same)`,
    );
  }
}
