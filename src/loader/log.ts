import { readWords } from '../base/index.ts';
import { type Btf, lineInfos } from '../btf/index.ts';
import { LATER_ATTACH_TYPES } from '../catalog/index.ts';
import type { RefusalReport } from '../isa/index.ts';
import type { RelocatedObject, RelocatedProgram, RelocationReport } from '../relo/index.ts';
import { POISON_MAP } from './fill.ts';

/** The call that stands where a CO-RE relocation found nothing, and kfuncs from this number on. */
const POISON_CORE = 195_896_080;
const POISON_KFUNC = 2_002_000_000;
/** What stands in a log instead. */
const CORE = '<invalid CO-RE relocation>';
const ASK_FIRST = 'ask first with bpf_core_field_exists(), bpf_core_type_exists() or bpf_core_enum_value_exists()';

/** A program on its way into the kernel. */
interface Loading {
  readonly program: RelocatedProgram;
  readonly relocated: RelocatedObject;
}

/** Ways to attach that kernels to 6.18 do not have. */
const NEWEST: readonly number[] = [
  LATER_ATTACH_TYPES.BPF_TRACE_FSESSION,
  LATER_ATTACH_TYPES.BPF_TRACE_FENTRY_MULTI,
  LATER_ATTACH_TYPES.BPF_TRACE_FEXIT_MULTI,
  LATER_ATTACH_TYPES.BPF_TRACE_FSESSION_MULTI,
];

/** What a verifier log says of instructions that could not be completed. */
export interface ExplainedLog {
  readonly log: string;
  /** One sentence for each such instruction, in libbpf's words. */
  readonly causes: readonly string[];
  /** What the target has instead: the nearest names, a sentence for each cause that has some; or what it is too old for. */
  readonly hints: readonly string[];
  /** `file:line: text` of the instruction that the log stops at. */
  readonly source: string | undefined;
}

/** Puts into a log what calls of impossible functions stand for, in libbpf's words, and finds the source line. */
export function explainLog(log: string, program: RelocatedProgram, relocated: RelocatedObject): ExplainedLog {
  const lines = log.split('\n');
  const causes: string[] = [];
  const hints: string[] = [];
  const explained = lines.flatMap((line, i) => {
    const call = /^(\d+): \(85\) call unknown#(\d+)/.exec(line);
    if (call === null || !/^(invalid func )?unknown func|^invalid func unknown#/.test(lines[i + 1] ?? ''))
      return [line];
    const found = describePoison(Number(call[1]), Number(call[2]), { program, relocated });
    if (found === undefined) return [line];
    causes.push(found.cause);
    if (found.why !== undefined) hints.push(found.why);
    const nearest = found.nearest?.() ?? [];
    if (nearest.length > 0) hints.push(`nearest there: ${nearest.join(', ')}`);
    return [`${call[1]}: ${found.marker}`, found.cause];
  });
  if (NEWEST.includes(program.expectedAttachType))
    hints.push(`${program.spec.section}: such programs came after Linux 6.18`);
  const withoutEcho = causes.length === 0 ? lines : explained.filter((line) => !/^invalid func unknown#\d+/.test(line));
  return { log: withoutEcho.join('\n'), causes, hints, source: lastSource(lines, program, relocated) };
}

/** Puts into a report what the call of an impossible function stands for, and what would help. */
export function completeReport(report: RefusalReport, hints: readonly string[], where: Loading): RefusalReport {
  const call = /^invalid func unknown#(\d+)/.exec(report.message);
  const { insn } = report;
  const found = call && insn !== undefined ? describePoison(insn, Number(call[1]), where) : undefined;
  const advice = found?.marker === CORE ? [ASK_FIRST] : [];
  const all = [...hints, ...advice];
  const hint = all.length > 0 ? all.join('; ') : report.hint;
  if (!found) return { ...report, hint };
  return { ...report, code: 'UNRESOLVED', why: found.cause, insnText: found.marker, hint };
}

/** What a call of an impossible function stands for. */
interface Poison {
  readonly marker: string;
  /** libbpf's sentence. */
  readonly cause: string;
  readonly why?: string;
  readonly nearest?: RelocationReport['nearest'];
}

/** Where the field is there, but cannot be read in this way. */
function wrongAccess(detail: string): string | undefined {
  return /\((accesses field incorrectly: .*)\)$/.exec(detail)?.[1];
}

function describePoison(insn: number, imm: number, { program, relocated }: Loading): Poison | undefined {
  if (imm === POISON_CORE) {
    const report = reportAt(insn, program, relocated.reports);
    return {
      marker: CORE,
      cause: `failed to resolve CO-RE relocation ${report?.subject ?? `of instruction ${insn}`}`,
      why: report && wrongAccess(report.detail),
      nearest: report?.nearest,
    };
  }
  if (imm >= POISON_KFUNC) {
    const name = relocated.object.externs[imm - POISON_KFUNC]?.name;
    return { marker: '<invalid kfunc call>', cause: `kfunc '${name}' is referenced but wasn't resolved` };
  }
  if (imm >= POISON_MAP) {
    const name = relocated.object.maps[imm - POISON_MAP]?.name;
    return { marker: '<invalid BPF map reference>', cause: `BPF map '${name}' is referenced but wasn't created` };
  }
  return undefined;
}

/** The report of an instruction of a linked program. */
function reportAt(
  insn: number,
  program: RelocatedProgram,
  reports: readonly RelocationReport[],
): RelocationReport | undefined {
  const part = program.functions.find(({ start, length }) => insn >= start && insn < start + length);
  if (part === undefined) return undefined;
  return reports.find(
    ({ kind, function: owner, insn: at }) => kind === 'core' && owner?.name === part.name && at === insn - part.start,
  );
}

/** The source line of the last instruction that the log names. */
function lastSource(
  lines: readonly string[],
  program: RelocatedProgram,
  { object }: RelocatedObject,
): string | undefined {
  if (program.lineInfo === undefined || object.btf === undefined) return undefined;
  for (let i = lines.length - 1; i >= 0; i--) {
    const named = /^(\d+): \([0-9a-f]{2}\)/.exec(lines[i]);
    if (named) return sourceLine(Number(named[1]), program, object.btf);
  }
  return undefined;
}

/** `file:line: text` of the source that an instruction comes from. */
export function sourceLine(insn: number, program: RelocatedProgram, btf: Btf): string | undefined {
  const { lineInfo } = program;
  if (lineInfo === undefined) return undefined;
  const words = readWords(lineInfo.bytes, btf.endian);
  const records = lineInfos({ sectionName: 0, recordSize: lineInfo.recordSize, count: lineInfo.count, words });
  const record = records.findLast(({ insnOffset }) => insnOffset <= insn);
  if (record === undefined) return undefined;
  const file = btf.strings.at(record.fileName);
  const name = file.slice(file.lastIndexOf('/') + 1);
  return `${name}:${record.lineColumn >>> 10}: ${btf.strings.at(record.line).trim()}`;
}
