import type { KernelProfile } from '../../catalog/index.ts';
import { explainRefusal } from '../../loader/index.ts';
import type { ProgramVerdict } from '../../veristat/index.ts';
import { columns } from './columns.ts';
import type { Json } from './json.ts';
import { refusalJson } from './refusal.ts';
import type { Table } from './table.ts';

/** A program's verdict and the file that it is in. */
export interface FileVerdict {
  /** Without directories. */
  readonly file: string;
  readonly path: string;
  readonly verdict: ProgramVerdict;
}

/** Version of the JSON form: a new one where a reader of an older one would go wrong. */
const FORM_VERSION = 1;

/** veristat's columns under veristat's names, then ours. @see tools/testing/selftests/bpf/veristat.c (v6.12) */
const CSV_HEAD = [
  'file_name',
  'prog_name',
  'verdict',
  'duration',
  'total_insns',
  'total_states',
  'peak_states',
  'max_states_per_insn',
  'max_mark_read_len',
  'tag',
  'errno',
  'message',
];
const CSV_VERDICTS: Readonly<Record<ProgramVerdict['verdict'], string>> = {
  accepted: 'success',
  refused: 'failure',
  unknown: 'unknown',
};

export function* verdictsCsv(verdicts: readonly FileVerdict[]): Generator<string> {
  yield `${CSV_HEAD.join(',')}\n`;
  for (const { file, verdict } of verdicts) {
    const { program, duration, counters, tag, errno, message } = verdict;
    const { insns, states, peakStates, maxStatesPerInsn } = counters;
    const numbers = [duration, insns, states, peakStates, maxStatesPerInsn, 0];
    yield `${[file, program, verdictWord(verdict), ...numbers, tag, errno, message].map(csvField).join(',')}\n`;
  }
}

/** veristat's word for the verdict. */
export function verdictWord({ verdict }: ProgramVerdict): string {
  return CSV_VERDICTS[verdict];
}

/** Quoted where CSV wants it. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const STYLES: Table['styles'] = [undefined, undefined, undefined, 'number', 'number', undefined];
const HEAD = ['file', 'program', 'verdict', 'insns', 'states', 'message'];

function rowOf({ file, verdict }: FileVerdict): string[] {
  const { program, counters, message } = verdict;
  const { insns, states } = counters;
  return [file, program, verdict.verdict, String(insns), String(states), message.split('\n')[0]];
}

/** One line a program, and below them why programs were refused. */
export function* verdictsPlain(verdicts: readonly FileVerdict[]): Generator<string> {
  yield columns({ head: HEAD, rows: verdicts.map(rowOf), styles: STYLES });
  for (const { verdict } of verdicts) {
    if (!verdict.report) continue;
    yield '\n';
    for (const line of explainRefusal(verdict.program, verdict.report)) yield `${line}\n`;
  }
}

/** @see docs/verifier-report.md */
export function verdictsJson(verdicts: readonly FileVerdict[], { version, arch }: KernelProfile) {
  return { version: FORM_VERSION, kernel: { version, arch }, programs: verdicts.map(programJson) };
}

function programJson({ path, verdict }: FileVerdict): { [name: string]: Json | undefined } {
  const { program, section, type, errno, message, tag, duration, counters, report } = verdict;
  return {
    file: path,
    program,
    section,
    type,
    verdict: verdict.verdict,
    errno,
    message,
    tag: tag === '' ? undefined : tag,
    duration_us: duration,
    insns: counters.insns,
    states: counters.states,
    peak_states: counters.peakStates,
    max_states_per_insn: counters.maxStatesPerInsn,
    report: report && refusalJson(report),
  };
}
