import type { Btf } from './btf.ts';
import { enum64Value } from './decode-type.ts';
import { errNoType } from './errors.ts';
import { infoFlag, infoKind, infoVlen, LINKAGES, TYPE_WORDS } from './kinds.ts';
import type { BtfId } from './model.ts';
import { piece } from './piece.ts';
import { RAW } from './raw.table.ts';
import {
  createJsonForm,
  createTextForm,
  type RawForm,
  type RawTemplate,
  type RawTypeForm,
  rawKindName,
} from './raw-form.ts';
import { TextBytes } from './text-bytes.ts';

/** Which types to print. */
export interface RawOptions {
  /** Only these, in this order; else all but those of the base. */
  readonly roots?: readonly BtfId[];
}

/**
 * The types as `bpftool btf dump … format raw` prints them: a line a type, further ones indented by a tab.
 * @returns the text in chunks; each is valid until the next is asked for
 * @throws {BtfError} BTF_NO_TYPE for a root that does not exist
 */
export function rawChunks(btf: Btf, options: RawOptions = {}): Generator<Uint8Array, void> {
  return new RawWriter(btf, createTextForm()).chunks(options);
}

/** The text of `rawChunks` as a whole. */
export function formatBtfRaw(btf: Btf, options: RawOptions = {}): Uint8Array {
  return joinChunks(rawChunks(btf, options));
}

/** How the JSON form is laid out. */
export interface RawJsonOptions extends RawOptions {
  /** As `bpftool --pretty`; else one line. */
  readonly pretty?: boolean;
}

/**
 * The types as `bpftool -j btf dump …` prints them: one object, `types`, without a newline at the end.
 * @returns the text in chunks; each is valid until the next is asked for
 * @throws {BtfError} BTF_NO_TYPE for a root that does not exist
 */
export function rawJsonChunks(btf: Btf, options: RawJsonOptions = {}): Generator<Uint8Array, void> {
  // Nearly always there is nothing to escape: to find that out once is less work than to look at each name.
  const escapes = [...ESCAPES.keys()].some((byte) => btf.strings.bytes.includes(byte));
  return new RawWriter(btf, createJsonForm({ pretty: options.pretty ?? false, escapes })).chunks(options);
}

/** The text of `rawJsonChunks` as a whole. */
export function formatBtfRawJson(btf: Btf, options: RawJsonOptions = {}): Uint8Array {
  return joinChunks(rawJsonChunks(btf, options));
}

function joinChunks(chunks: Iterable<Uint8Array>): Uint8Array {
  const text = new TextBytes(CHUNK);
  for (const chunk of chunks) text.raw(chunk);
  return text.view();
}

/** Small enough to stay in a processor's cache; a dump of a kernel's BTF is some hundred chunks. */
const CHUNK = 1 << 16;

/** What bpftool writes for bytes that JSON strings cannot hold as they are. */
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x0c, '\\f'],
  [0x08, '\\b'],
  [0x5c, '\\\\'],
  [0x22, '\\"'],
]);

/** Void stands nowhere in a blob. */
const VOID_WORDS = new Uint32Array(TYPE_WORDS);
const ANONYMOUS = piece('(anon)');
const SIGNEDNESS = [piece('UNSIGNED'), piece('SIGNED')];
const FWD_KINDS = [piece('struct'), piece('union')];
const INT_ENCODINGS = [piece('(none)'), piece('SIGNED'), piece('CHAR'), undefined, piece('BOOL')];
const UNKNOWN_ENCODING = piece('UNKN');
const LINKAGE_NAMES = LINKAGES.map(piece);
const UNKNOWN_LINKAGE = piece('(unknown)');

/** The types to print: those roots, or so many from the first on. */
interface RawIds {
  readonly roots: readonly BtfId[] | undefined;
  readonly first: BtfId;
  readonly count: number;
}

class RawWriter {
  readonly #out = new TextBytes(2 * CHUNK);
  readonly #btf: Btf;
  readonly #form: RawForm;
  /** The type that is printed. */
  #id: BtfId = 0;

  constructor(btf: Btf, form: RawForm) {
    this.#btf = btf;
    this.#form = form;
  }

  *chunks({ roots }: RawOptions): Generator<Uint8Array, void> {
    const { start, end, endOfNone } = this.#form;
    const { firstId, typeCount } = this.#btf;
    for (const id of roots ?? []) if (!this.#btf.has(id)) throw errNoType({ id, count: typeCount });
    const ids = { roots, first: firstId, count: roots?.length ?? typeCount - firstId };
    this.#out.piece(start);
    for (let i = 0; i < ids.count; ) {
      i = this.#types(ids, i);
      yield this.#out.view();
      this.#out.clear();
    }
    yield this.#out.piece(ids.count === 0 ? endOfNone : end).view();
  }

  /** Writes types until a chunk is full. @returns where it goes on */
  #types({ roots, first, count }: RawIds, from: number): number {
    let i = from;
    for (; i < count && this.#out.length < CHUNK; i++) {
      if (i > 0) this.#out.piece(this.#form.separator);
      this.#type(roots === undefined ? first + i : roots[i]);
    }
    return i;
  }

  #type(id: BtfId): void {
    if (id === 0) {
      this.#fields(this.#form.kinds[0].head, VOID_WORDS, 0);
      return;
    }
    const { words, index } = this.#btf;
    const at = index[id];
    const form = this.#form.kinds[infoKind(words[at + 1])];
    this.#id = id;
    this.#fields(form.head, words, at);
    if (form.step !== 0) this.#elements(form, words, at);
  }

  #elements({ step, elements, end, endOfNone }: RawTypeForm, words: Uint32Array, at: number): void {
    const info = words[at + 1];
    const first = at + TYPE_WORDS;
    const stop = first + step * infoVlen(info);
    const byFlag = elements.length > 1 && infoFlag(info) ? 1 : 0;
    const hasWidths = elements.length > 2 && byFlag === 1;
    for (let m = first; m < stop; m += step) {
      if (m > first) this.#out.piece(this.#form.separator);
      this.#fields(elements[hasWidths && words[m + 2] >>> 24 !== 0 ? 2 : byFlag], words, m);
    }
    this.#out.piece(first === stop ? endOfNone : end);
  }

  /** All that is printed goes through this one loop, which is compiled early for that. */
  #fields({ pieces, values, words: places }: RawTemplate, words: Uint32Array, at: number): void {
    const out = this.#out;
    for (let i = 0; i < pieces.length; i++) {
      out.piece(pieces[i]);
      const word = words[at + places[i]];
      switch (values[i]) {
        case RAW.END:
          return;
        case RAW.NAME:
          this.#name(word);
          break;
        case RAW.UINT:
          out.decimal(word);
          break;
        case RAW.ID:
          out.decimal(this.#id);
          break;
        case RAW.VLEN:
          out.decimal(infoVlen(word));
          break;
        case RAW.LOW_24:
          out.decimal(word & 0xff_ffff);
          break;
        case RAW.HIGH_8:
          out.decimal(word >>> 24);
          break;
        default:
          this.#rareValue(values[i], words, at + places[i]);
      }
    }
  }

  #rareValue(value: number, words: Uint32Array, at: number): void {
    const out = this.#out;
    const word = words[at];
    switch (value) {
      case RAW.INT:
        out.decimal(word | 0);
        break;
      case RAW.WIDENED:
        if (word < 2 ** 31) out.decimal(word);
        else out.text(`${BigInt.asUintN(64, BigInt(word | 0))}`);
        break;
      case RAW.UINT_64:
      case RAW.INT_64:
        out.text(`${enum64Value(word, words[at + 1], value === RAW.INT_64)}`);
        break;
      case RAW.SIGNEDNESS:
        out.piece(SIGNEDNESS[word >>> 31]);
        break;
      case RAW.FWD:
        out.piece(FWD_KINDS[word >>> 31]);
        break;
      case RAW.FUNC_LINKAGE:
        out.piece(LINKAGE_NAMES[infoVlen(word)] ?? UNKNOWN_LINKAGE);
        break;
      case RAW.LINKAGE:
        out.piece(LINKAGE_NAMES[word] ?? UNKNOWN_LINKAGE);
        break;
      case RAW.INT_OFFSET:
        out.decimal((word >>> 16) & 0xff);
        break;
      case RAW.INT_BITS:
        out.decimal(word & 0xff);
        break;
      case RAW.INT_ENCODING:
        out.piece(INT_ENCODINGS[(word >>> 24) & 15] ?? UNKNOWN_ENCODING);
        break;
      case RAW.TARGET_KIND:
        out.text(rawKindName(this.#btf.kindOf(word)));
        break;
      case RAW.TARGET_NAME:
        this.#name(word === 0 ? 0 : words[this.#btf.index[word]]);
        break;
      case RAW.ESCAPED:
        if (word === 0) out.piece(ANONYMOUS);
        else this.#escaped(word);
        break;
    }
  }

  #name(offset: number): void {
    if (offset === 0) this.#out.piece(ANONYMOUS);
    else this.#out.string(this.#btf.strings, offset);
  }

  #escaped(offset: number): void {
    const { bytes } = this.#btf.strings;
    for (let at = offset; at < bytes.length && bytes[at] !== 0; at++) {
      const replacement = ESCAPES.get(bytes[at]);
      if (replacement === undefined) this.#out.byte(bytes[at]);
      else this.#out.text(replacement);
    }
  }
}
