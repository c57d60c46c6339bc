import type {
  BtfDiff,
  Change,
  CompositeChange,
  DeclarationChange,
  EnumChange,
  EnumeratorChange,
  FieldChange,
  FieldPlace,
  FunctionChange,
} from '../../btf/index.ts';
import type { Colours } from './colours.ts';

const SIGNS: Readonly<Record<Change, string>> = { added: '+', removed: '-', changed: '~' };

/** Runs of fields that only moved, all by as much, are one line from this length on. */
const RUN_MIN = 3;

/** A comparison for people: what is new with `+`, what is gone with `-`, what changed with `~` and its details below. */
export function* btfDiffText(diff: BtfDiff, colours: Colours): Generator<string> {
  for (const change of diff.composites) yield* compositeText(change, colours);
  for (const change of diff.enums) yield* enumText(change, colours);
  for (const change of diff.typedefs)
    yield* declarationText(change, colours, { declare: (text) => `typedef ${change.name}: ${text}` });
  for (const change of diff.functions) yield* functionText(change, colours);
  for (const change of diff.variables) yield* declarationText(change, colours);
  yield* summary(diff, colours);
}

const paint = (change: Change, { added, removed, changed }: Colours) =>
  change === 'added' ? added : change === 'removed' ? removed : changed;

function* compositeText(composite: CompositeChange, colours: Colours): Generator<string> {
  const { change, kind, name, isTypedef, sizeBefore, sizeAfter, fields } = composite;
  const title = isTypedef ? `typedef ${kind} ${name}` : `${kind} ${name}`;
  yield head(change, colours, `${title}: ${twoSides(sizeBefore, sizeAfter)} bytes`);
  for (let at = 0; at < fields.length; ) {
    const run = runLength(fields, at);
    if (run >= RUN_MIN) yield `    ${runText(fields.slice(at, at + run), colours)}\n`;
    else yield `    ${fieldText(fields[at], colours)}\n`;
    at += run >= RUN_MIN ? run : 1;
  }
}

function head(change: Change, colours: Colours, title: string): string {
  return `${paint(change, colours)(SIGNS[change])} ${colours.strong(title)}\n`;
}

/** `a -> b`, or one of them where they are the same or the other is not there. */
function twoSides(before: string | number | undefined, after: string | number | undefined): string {
  if (before === undefined || after === undefined || before === after) return String(after ?? before ?? 'no');
  return `${before} -> ${after}`;
}

const movedBy = ({ before, after }: FieldChange) => (after?.bitOffset ?? 0) - (before?.bitOffset ?? 0);
const onlyMoved = ({ changes }: FieldChange) => changes.length === 1 && changes[0] === 'moved';

function runLength(fields: readonly FieldChange[], from: number): number {
  let length = 0;
  const distance = movedBy(fields[from]);
  while (from + length < fields.length) {
    const field = fields[from + length];
    if (!onlyMoved(field) || movedBy(field) !== distance) break;
    length++;
  }
  return Math.max(1, length);
}

function runText(fields: readonly FieldChange[], { changed }: Colours): string {
  const paths = `${fields[0].after?.path} ... ${fields[fields.length - 1].after?.path}`;
  const distance = movedBy(fields[0]);
  return `${changed('~')} ${paths}: ${fields.length} fields moved by ${distance > 0 ? '+' : '-'}${bytes(Math.abs(distance))}`;
}

function fieldText(field: FieldChange, colours: Colours): string {
  const { before, after, changes } = field;
  if (before === undefined || after === undefined) {
    const place = (after ?? before) as FieldPlace;
    const change = after === undefined ? 'removed' : 'added';
    const text = `${place.path}  ${place.type}  at ${offsetOf(place)}, ${sizeOf(place)}`;
    return `${paint(change, colours)(SIGNS[change])} ${text}`;
  }
  const parts = [twoSides(before.path, after.path), twoSides(before.type, after.type)];
  parts.push(`at ${twoSides(offsetOf(before), offsetOf(after))}`);
  if (changes.includes('resized')) parts.push(twoSides(sizeOf(before), sizeOf(after)));
  return `${colours.changed('~')} ${parts.join('  ')}`;
}

/** Bytes, and bits behind a colon where the field does not begin at a byte. */
function offsetOf({ bitOffset }: FieldPlace): string {
  return bitOffset % 8 === 0 ? String(bitOffset / 8) : `${Math.floor(bitOffset / 8)}:${bitOffset % 8}`;
}

function sizeOf({ bits, bitfield }: FieldPlace): string {
  if (bits === undefined) return 'no size';
  return bitfield ? `${bits} bits` : bytes(bits);
}

const bytes = (bits: number) => (bits === 8 ? '1 byte' : bits % 8 === 0 ? `${bits / 8} bytes` : `${bits} bits`);

function* enumText({ change, name, sizeBefore, sizeAfter, values }: EnumChange, colours: Colours): Generator<string> {
  if (name === '') yield head(change, colours, 'enums without a name');
  else yield head(change, colours, `enum ${name}: ${twoSides(sizeBefore, sizeAfter)} bytes`);
  for (const value of values) yield `    ${valueText(value, colours)}\n`;
}

function valueText({ change, name, nameAfter, before, after }: EnumeratorChange, colours: Colours): string {
  const sign = change === 'renamed' ? 'changed' : change;
  const value = twoSides(before?.toString(), after?.toString());
  return `${paint(sign, colours)(SIGNS[sign])} ${twoSides(name, nameAfter ?? name)} = ${value}`;
}

function* functionText(change: FunctionChange, colours: Colours): Generator<string> {
  const { kfuncBefore, kfuncAfter } = change;
  const note = kfuncBefore && kfuncAfter ? ' [kfunc]' : kfuncAfter ? ' [now a kfunc]' : ' [no kfunc any more]';
  const isNote = kfuncBefore || kfuncAfter;
  const plain = change.change === 'changed' ? note : ' [kfunc]';
  yield* declarationText(change, colours, { note: isNote ? plain : '' });
}

function* declarationText(
  { change, name, before, after }: DeclarationChange,
  colours: Colours,
  { declare = (text) => text, note = '' }: { declare?: (text: string) => string; note?: string } = {},
): Generator<string> {
  if (before === undefined || after === undefined) {
    yield head(change, colours, `${declare(after ?? before ?? name)}${note}`);
    return;
  }
  yield head(change, colours, `${name}${note}`);
  if (before === after) return;
  yield `    ${colours.removed('-')} ${declare(before)}\n`;
  yield `    ${colours.added('+')} ${declare(after)}\n`;
}

const TITLES: readonly (readonly [keyof BtfDiff, string])[] = [
  ['composites', 'structs and unions'],
  ['enums', 'enums'],
  ['typedefs', 'typedefs'],
  ['functions', 'functions'],
  ['variables', 'variables'],
];

function* summary(diff: BtfDiff, { dim }: Colours): Generator<string> {
  for (const [list, title] of TITLES) {
    const changes: readonly { readonly change: Change }[] = diff[list];
    if (changes.length === 0) continue;
    const count = (wanted: Change) => changes.filter(({ change }) => change === wanted).length;
    const text = `${title}: ${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`;
    yield `${dim(text)}\n`;
  }
}
