import type { RefusalReport, SourceLine, ValueRange, WrongAccess, WrongValue } from '../isa/index.ts';

/**
 * A refusal as a compiler says it: the place in the source with the line and a mark below it, why, what the value was and
 * had to be, what to write. Lines without line feeds.
 */
export function explainRefusal(program: string, report: RefusalReport): string[] {
  const { code, message, why, hint, source, insn, insnText, value, path } = report;
  const lines = [`${place(source) ?? `program '${program}'`}: error: ${why} [${code}]`];
  if (source && source.text !== '') lines.push(...quote(source));
  if (insn !== undefined) lines.push(`  = instruction ${insn}: ${insnText ?? ''}`.trimEnd());
  if (message !== '') lines.push(`  = verifier: ${message}`);
  if (value) lines.push(...explainValue(value));
  const last = path.findLast((step) => step.source !== undefined);
  if (last?.source) lines.push(`  = path: by the jump at ${place(last.source)}: ${last.source.text}`);
  if (hint !== undefined) lines.push(`  = help: ${hint}`);
  return lines;
}

function* explainValue({ register, text, access }: WrongValue): Generator<string> {
  yield `  = value: R${register} is ${text}`;
  if (access) yield `  = access: ${explainAccess(access)}`;
}

/** Bounds that say nothing are of this size. */
const ANYWHERE = 1n << 31n;

function explainAccess({ size, available, begins, needed }: WrongAccess): string {
  const unbounded = begins.max >= ANYWHERE || begins.min <= -ANYWHERE;
  const had = unbounded ? 'anywhere' : `at byte ${range(begins)}`;
  const there = `${bytes(available)} ${available === 1 ? 'is' : 'are'} known to be there`;
  return `${bytes(size)} ${had}, ${there}${needed ? `: it has to begin at byte ${range(needed)}` : ''}`;
}

const bytes = (count: number) => `${count} ${count === 1 ? 'byte' : 'bytes'}`;
const range = ({ min, max }: ValueRange) => (min === max ? String(min) : `${min} to ${max}`);

function place(source: SourceLine | undefined): string | undefined {
  if (!source) return undefined;
  const file = source.file.slice(source.file.lastIndexOf('/') + 1);
  return `${file}:${source.line}${source.column > 0 ? `:${source.column}` : ''}`;
}

function quote({ line, text, indent, column }: SourceLine): string[] {
  const gutter = ' '.repeat(String(line).length);
  const before = column - 1 - indent;
  const mark = before >= 0 && before < text.length ? ` ${text.slice(0, before).replace(/[^\t]/g, ' ')}^` : '';
  return [` ${gutter} |`, ` ${line} | ${text}`, ` ${gutter} |${mark}`];
}
