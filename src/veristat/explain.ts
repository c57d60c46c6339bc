import type { RefusalReport, SourceLine, ValueRange } from '../verifier/index.ts';

/**
 * A refusal as a compiler says it: the place in the source with the line and a mark below it, why, what the value was and
 * had to be, what to write. Lines without line feeds.
 */
export function explainRefusal(program: string, report: RefusalReport): string[] {
  const { code, message, why, hint, source, insn, insnText, value, path } = report;
  const lines = [`${place(source) ?? `program '${program}'`}: error: ${why} [${code}]`];
  if (source && source.text !== '') lines.push(...quote(source));
  if (insn !== undefined) lines.push(`   = instruction ${insn}: ${insnText ?? ''}`.trimEnd());
  lines.push(`   = verifier: ${message}`);
  if (value) {
    lines.push(`   = value: R${value.register} is ${value.text}`);
    if (value.needed) lines.push(`   = needed: an offset of ${range(value.needed)}`);
  }
  const last = path.findLast((step) => step.source !== undefined);
  if (last?.source) lines.push(`   = path: by the jump at ${place(last.source)}: ${last.source.text}`);
  if (hint !== undefined) lines.push(`   = help: ${hint}`);
  return lines;
}

const range = ({ min, max }: ValueRange) => (min === max ? String(min) : `${min} to ${max}`);

function place(source: SourceLine | undefined): string | undefined {
  if (!source) return undefined;
  const file = source.file.slice(source.file.lastIndexOf('/') + 1);
  return `${file}:${source.line}${source.column > 0 ? `:${source.column}` : ''}`;
}

function quote({ line, text }: SourceLine): string[] {
  const gutter = ' '.repeat(String(line).length);
  return [` ${gutter} |`, ` ${line} | ${text}`, ` ${gutter} |`];
}
