import type { OutcomeChange, OutcomeSide } from '../../relo/index.ts';
import type { Colours } from './colours.ts';
import type { Json } from './json.ts';

/** An object and what of it comes out otherwise on another kernel. */
export interface ObjectOutcomes {
  readonly path: string;
  readonly changes: readonly OutcomeChange[];
}

/**
 * What an object notices of another kernel: a line for each place at which something is there on one of them alone;
 * values that CO-RE adapts are counted.
 */
export function* outcomesText({ path, changes }: ObjectOutcomes, colours: Colours): Generator<string> {
  yield `${colours.strong(`${path}:`)}${changes.length === 0 ? ' nothing comes out otherwise' : ''}\n`;
  const adapted = changes.filter(isAdapted);
  for (const change of changes) if (!isAdapted(change)) yield `    ${lineText(change, colours)}\n`;
  if (adapted.length === 0) return;
  const functions = new Set(adapted.map((change) => change.function)).size;
  yield `    ${colours.changed('~')} adapted by CO-RE: ${counted(adapted.length, 'value')} in ${counted(functions, 'function')}\n`;
}

const isAdapted = ({ before, after }: OutcomeChange) => before.outcome === after.outcome;
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function lineText(change: OutcomeChange, colours: Colours): string {
  const { function: fn, source, before, after } = change;
  const file = source?.file.slice(source.file.lastIndexOf('/') + 1);
  const where = [fn === undefined ? '' : `'${fn}'`, source === undefined ? '' : `${file}:${source.line}`];
  const place = where.filter((part) => part !== '').join(' ');
  const sign = isLoss(change) ? colours.removed('-') : colours.added('+');
  return `${sign} ${place}${place === '' ? '' : ': '}${subjectOf(change)}: ${sideText(before)}, then ${sideText(after)}`;
}

const RANKS = { resolved: 0, zero: 1, poisoned: 2, failed: 3 };
const isLoss = ({ before, after }: OutcomeChange) => RANKS[after.outcome] > RANKS[before.outcome];

/** libbpf's spec without the numbers that mean something in the object's own BTF alone. */
function subjectOf({ kind, subject }: OutcomeChange): string {
  const match = /^<(\w+)> \[\d+\] (.*?)(?: \([\d:]+ @ offset [\d.]+\))?$/.exec(subject);
  return match ? `${match[1]} ${match[2]}` : `${kind} ${subject}`;
}

function sideText({ outcome, detail }: OutcomeSide): string {
  return detail === '' ? outcome : `${outcome} (${detail})`;
}

export function outcomesJson({ path, changes }: ObjectOutcomes): Json {
  return {
    object: path,
    changes: changes.map(({ kind, coreKind, function: fn, insn, subject, source, before, after }) => ({
      kind,
      core_kind: coreKind,
      function: fn,
      insn,
      subject,
      file: source?.file,
      line: source?.line,
      before: { ...before },
      after: { ...after },
    })),
  };
}
