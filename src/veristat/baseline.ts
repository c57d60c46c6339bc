import { errBaseline } from './errors.ts';
import type { ProgramVerdict } from './verdict.ts';

/** A program in an earlier run. */
export interface BaselineRow {
  readonly file: string;
  readonly program: string;
  readonly accepted: boolean;
  readonly insns: number;
}

/** What got worse since then. */
export interface Growth {
  readonly file: string;
  readonly program: string;
  readonly before: number;
  readonly after: number;
  /** Not accepted any more. */
  readonly refused: boolean;
}

/**
 * Rows of a CSV as `ebpfts verify -o csv` and veristat write it.
 * @throws {VeristatError} where a column is missing
 */
export function parseBaseline(text: string): BaselineRow[] {
  const [head, ...rows] = text
    .split('\n')
    .filter((line) => line !== '')
    .map(fieldsOf);
  const column = (name: string): number => {
    const at = head?.indexOf(name) ?? -1;
    if (at < 0) throw errBaseline(name);
    return at;
  };
  const [file, program, verdict, insns] = ['file_name', 'prog_name', 'verdict', 'total_insns'].map(column);
  return rows.map((row) => ({
    file: row[file] ?? '',
    program: row[program] ?? '',
    accepted: row[verdict] === 'success',
    insns: Number(row[insns] ?? 0),
  }));
}

function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  for (const [, quoted, plain, end] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/g)) {
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') break;
  }
  return fields;
}

/** Programs that take a tenth more instructions to verify than they did, or are not accepted any more. */
export function compareWithBaseline(
  baseline: readonly BaselineRow[],
  verdicts: Iterable<{ readonly file: string; readonly verdict: ProgramVerdict }>,
): Growth[] {
  const known = new Map(baseline.map((row) => [`${row.file}\0${row.program}`, row]));
  const worse: Growth[] = [];
  for (const { file, verdict } of verdicts) {
    const before = known.get(`${file}\0${verdict.program}`);
    if (!before) continue;
    const after = verdict.counters.insns;
    const refused = before.accepted && verdict.verdict !== 'accepted';
    if (!refused && !hasGrown(before.insns, after)) continue;
    worse.push({ file, program: verdict.program, before: before.insns, after, refused });
  }
  return worse;
}

/** By a tenth at least. */
function hasGrown(before: number, after: number): boolean {
  return after > before && after * 10 >= before * 11;
}
