/**
 * Compares what we say of each CO-RE relocation with what libbpf's log says: the type and field in the object and in
 * every candidate of the target, whether it matches, and what becomes of the instruction.
 *
 * usage: tsx scripts/core-log.ts FOLDER LOG [--record]
 *   LOG       what `libbpf-loads -l BTF OBJECT...` printed for objects of FOLDER, after a line `#btf BTF` for each BTF
 *   --record  prints a row for each program, as in test/data/core-reloc.csv
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { EbpftsError, sha256, toHex } from '../src/base/index.ts';
import { type Btf, parseBtf } from '../src/btf/index.ts';
import { parseElf } from '../src/elf/index.ts';
import { BPF_LD_IMM64, type Insns } from '../src/isa/index.ts';
import type { BpfObject } from '../src/object/index.ts';
import { openObject } from '../src/object/index.ts';
import { type RelocationReport, relocateObject } from '../src/relo/index.ts';

/** One program of the log: its row, and the lines on CO-RE that libbpf wrote for it. */
interface Logged {
  /** Path of the BTF that it was relocated against. */
  readonly btf: string;
  readonly object: string;
  readonly program: string;
  readonly loads: boolean;
  readonly lines: string[];
}

const LINE = /^\tlibbpf: prog '([^']+)': relo #?\d+(?:: | at insn #\d+ )(.*)$/;

function readLog(file: string): Logged[] {
  const logged: Logged[] = [];
  let btf = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const said = LINE.exec(line);
    if (said) logged.at(-1)?.lines.push(`${said[1]}: ${said[2]}`);
    else if (line.startsWith('#btf ')) btf = line.slice(5);
    else if (line !== '' && !line.startsWith('\t')) {
      const [object, program, outcome] = line.split(',');
      logged.push({ btf, object, program, loads: outcome === 'loads', lines: [] });
    }
  }
  return logged;
}

/** What libbpf's log would say of a relocation. */
function linesOf({ function: fn, insn, outcome, detail, core }: RelocationReport): string[] {
  if (core === undefined || fn === undefined || insn === undefined) return [];
  const lines = core.localSpec === '' ? [] : [core.localSpec];
  core.candidates.forEach(({ spec, matches }, i) => {
    lines.push(`${matches ? 'matching' : 'non-matching'} candidate #${i} ${spec}`);
  });
  if (outcome === 'failed') return [...lines, detailOf(detail, core.localSpec)].map((line) => `${fn.name}: ${line}`);
  if (core.targetSpec === undefined) lines.push('no matching targets found');
  if (outcome === 'poisoned') lines.push(...poisonLines(core, insn, fn.insns));
  else lines.push(...patchLines(core.detail, insn));
  return lines.map((line) => `${fn.name}: ${line}`);
}

/** The error without the place that it begins with, and without what only we say. */
function detailOf(detail: string, localSpec: string): string {
  const at = detail.indexOf(`${localSpec}: `);
  const text = at < 0 ? detail : detail.slice(at + localSpec.length + 2).split('\n', 1)[0];
  return text.startsWith('error matching') ? text.replace(/ \([^()]*\)$/, '') : text;
}

function poisonLines(core: NonNullable<RelocationReport['core']>, insn: number, insns: Insns): string[] {
  const why = /\((.*)\)$/s.exec(core.detail)?.[1] ?? '';
  const refused = why.startsWith('accesses') ? [`insn #${insn} (LDX/ST/STX) ${why}`] : [];
  const slots = insns.code(insn) === BPF_LD_IMM64 ? [insn, insn + 1] : [insn];
  return [...refused, ...slots.map((slot) => `substituting insn #${slot} w/ invalid insn`)];
}

function patchLines(detail: string, insn: number): string[] {
  const patched = `patched insn #${insn}`;
  return detail.split(', ').map((change) => {
    const form = change.startsWith('imm64') ? 'LDIMM64' : change.startsWith('imm') ? 'ALU/ALU64' : 'LDX/ST/STX';
    return `${patched} (${form}) ${change}`;
  });
}

function relocateAlone(object: BpfObject, name: string, target: Btf): readonly RelocationReport[] {
  for (const program of object.programs) program.autoload = program.name === name;
  const { reports } = relocateObject(object, { target, coreTarget: target, kernelConfig: () => '', lenient: true });
  const core = reports.filter(({ kind }) => kind === 'core');
  // libbpf stops at the first that fails.
  const failed = core.findIndex(({ outcome }) => outcome === 'failed');
  return failed < 0 ? core : core.slice(0, failed + 1);
}

const digest = (bytes: Uint8Array) => toHex(sha256(bytes)).slice(0, 16);

/** The last file of each kind is kept: the log goes through them in order. */
function lastOf<T>(make: (path: string) => T): (path: string) => T {
  let last: { readonly path: string; readonly value: T } | undefined;
  return (path) => {
    if (last?.path !== path) last = { path, value: make(path) };
    return last.value;
  };
}

const readTarget = lastOf((path) => {
  const bytes = readFileSync(path);
  const isElf = bytes[0] === 0x7f;
  const blob = (isElf ? parseElf(bytes).sections.find(({ name }) => name === '.BTF')?.data : undefined) ?? bytes;
  return { btf: parseBtf(blob), digest: digest(blob) };
});

const readObject = lastOf((path) => {
  const bytes = readFileSync(path);
  try {
    return { object: openObject(bytes, { name: basename(path) }), digest: digest(bytes) };
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return undefined;
  }
});

const { values, positionals } = parseArgs({ allowPositionals: true, options: { record: { type: 'boolean' } } });
const [folder, log] = positionals;
const counts = { relocations: 0, programs: 0, different: 0 };
for (const { btf, object: file, program, loads, lines } of readLog(log)) {
  const opened = readObject(join(folder, file));
  // Nor is there anything to compare where libbpf stopped at an extern, before it came to CO-RE.
  if (opened === undefined || (!loads && lines.length === 0)) continue;
  const target = readTarget(btf);
  const reports = relocateAlone(opened.object, program, target.btf);
  const ours = reports.flatMap(linesOf);
  counts.programs++;
  counts.relocations += reports.length;
  const theirs = lines.filter((line) => !/: failed to relocate: -\d+$|: poisoning insn #/.test(line));
  const at = theirs.findIndex((line, i) => line !== ours[i]);
  if (at >= 0 || ours.length > theirs.length) {
    counts.different++;
    const place = at < 0 ? theirs.length : at;
    console.error(`${basename(btf)} ${file} ${program}:\n  libbpf: ${theirs[place]}\n  ours:   ${ours[place]}`);
  }
  if (values.record) {
    const poisoned = reports.some(({ outcome }) => outcome === 'poisoned');
    const verdict = !loads ? 'refused' : poisoned ? 'poisoned' : 'loads';
    const results = reports.map(({ insn, detail, outcome }) => {
      const result = outcome === 'resolved' ? detail.replaceAll(', ', '&') : outcome;
      return `${insn}: ${result}`;
    });
    console.log([basename(btf), target.digest, file, opened.digest, program, verdict, results.join(';')].join(','));
  }
}
const { relocations, programs, different } = counts;
console.error(`${relocations} relocations of ${programs} programs, ${different} programs told differently`);
