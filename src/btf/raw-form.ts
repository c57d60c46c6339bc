import { BTF_KIND, kindName } from './kinds.ts';
import { type Piece, piece } from './piece.ts';
import { RAW, RAW_KINDS, type RawField, type RawKind, type RawSource, type RawValue } from './raw.table.ts';

/** Pieces and values in turn: each piece goes before its value. The last value is `RAW.END`. */
export interface RawTemplate {
  readonly pieces: readonly Piece[];
  readonly values: Uint8Array;
  /** Word that each value comes from. */
  readonly words: Uint8Array;
}

/** How the types of one kind are written. */
export interface RawTypeForm {
  readonly head: RawTemplate;
  /** Words of an element; 0 where the kind has none. */
  readonly step: number;
  /** The variants of its elements, in the order of `RAW_KINDS`. */
  readonly elements: readonly RawTemplate[];
  /** After the elements, and where there are none. */
  readonly end: Piece;
  readonly endOfNone: Piece;
}

/** How one form (text, JSON) writes everything; the traversal in `raw.ts` knows no form. */
export interface RawForm {
  readonly start: Piece;
  /** Between types, and between elements. */
  readonly separator: Piece;
  readonly end: Piece;
  readonly endOfNone: Piece;
  /** By kind number. */
  readonly kinds: readonly RawTypeForm[];
}

type Part = string | RawSource;

function template(...parts: readonly Part[]): RawTemplate {
  const pieces: Piece[] = [];
  const values: number[] = [];
  const words: number[] = [];
  let text = '';
  for (const part of [...parts, { value: RAW.END, word: 0 }]) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    pieces.push(piece(text));
    values.push(part.value);
    words.push(part.word);
    text = '';
  }
  return { pieces, values: Uint8Array.from(values), words: Uint8Array.from(words) };
}

/** Void is known to bpftool as a kind of its own, which no other type has. */
export function rawKindName(kind: number): string {
  return kind === BTF_KIND.VOID || kind > BTF_KIND.ENUM64 ? 'UNKNOWN' : kindName(kind);
}

const ID: RawSource = { value: RAW.ID, word: 0 };
const NAME: RawSource = { value: RAW.NAME, word: 0 };
const NO_FIELDS: RawKind = { fields: [] };

/** Templates of all kinds; kind numbers have seven bits. */
function eachKind(form: (kind: RawKind, name: string) => RawTypeForm): RawTypeForm[] {
  const unknown = form(NO_FIELDS, 'UNKNOWN');
  return Array.from({ length: 128 }, (_, kind) => {
    const known = RAW_KINDS[kind];
    return known === undefined ? unknown : form(known, rawKindName(kind));
  });
}

/** bpftool's plain lines. */
export function createTextForm(): RawForm {
  const none = piece('');
  const written = (field: RawField): Part[] => [`${field.key}=`, field, ...field.textAfter];
  const named = (fields: readonly RawField[]): Part[] => fields.flatMap((field) => [' ', ...written(field)]);
  const element = (fields: readonly RawField[]): Part[] => {
    const [first, ...rest] = fields;
    return ['\n\t', ...(first.value === RAW.NAME ? ["'", first, "'"] : written(first)), ...named(rest)];
  };
  return {
    start: none,
    separator: none,
    end: none,
    endOfNone: none,
    kinds: eachKind(({ fields, step = 0, elements = [] }, name) => ({
      head: template('[', ID, `] ${name} '`, NAME, "'", ...named(fields), step === 0 ? '\n' : ''),
      step,
      elements: elements.map((each) => template(...element(each))),
      end: piece('\n'),
      endOfNone: piece('\n'),
    })),
  };
}

const QUOTED: readonly RawValue[] = [
  RAW.NAME,
  RAW.ESCAPED,
  RAW.LINKAGE,
  RAW.FUNC_LINKAGE,
  RAW.SIGNEDNESS,
  RAW.FWD,
  RAW.INT_ENCODING,
];

/** bpftool's JSON. @param escapes whether there is a name that JSON cannot hold as it is */
export function createJsonForm({ pretty, escapes }: { pretty: boolean; escapes: boolean }): RawForm {
  const line = (depth: number) => (pretty ? `\n${'    '.repeat(depth)}` : '');
  const colon = pretty ? ': ' : ':';
  const written = (field: RawField): Part[] => {
    const source = { value: jsonValue(field, escapes), word: field.word };
    const quote = QUOTED.includes(source.value) ? '"' : '';
    return [`"${field.key}"${colon}${quote}`, source, quote];
  };
  const object = (fields: readonly Part[][], depth: number): Part[] =>
    fields.flatMap((parts, i) => [`${i === 0 ? '{' : ','}${line(depth)}`, ...parts]);
  return {
    start: piece(`{${line(1)}"types"${colon}[`),
    separator: piece(','),
    end: piece(`${line(1)}]${line(0)}}`),
    endOfNone: piece(`]${line(0)}}`),
    kinds: eachKind(({ fields, list, step = 0, elements = [] }, name) => {
      const head: Part[][] = [
        [`"id"${colon}`, ID],
        [`"kind"${colon}"${name}"`],
        written(NAME_FIELD),
        ...fields.map(written),
        ...(list === undefined ? [] : [[`"${list}"${colon}[`]]),
      ];
      const close = `${line(2)}}`;
      return {
        head: template(...object(head, 3), list === undefined ? close : ''),
        step,
        elements: elements.map((each) => template(...object(each.map(written), 5), `${line(4)}}`)),
        end: piece(`${line(3)}]${close}`),
        endOfNone: piece(`]${close}`),
      };
    }),
  };
}

const NAME_FIELD: RawField = { key: 'name', ...NAME, textAfter: [] };

/** bpftool's JSON widens a 32-bit enumerator with its sign even where the enum is unsigned. */
function jsonValue({ key, value }: RawField, escapes: boolean): RawValue {
  if (key === 'val' && value === RAW.UINT) return RAW.WIDENED;
  return escapes && value === RAW.NAME ? RAW.ESCAPED : value;
}
