import { encodeUtf8 } from '../base/index.ts';
import { errTooMuchText } from './errors.ts';
import { PIECE_STEP, type Piece } from './piece.ts';
import type { BtfStrings } from './strings.ts';

const DIGITS_MAX = 11;
/** Deepest indentation that is written. @see tools/lib/bpf/btf_dump.c (v6.12) */
const INDENT_MAX = 13;

const POWERS_OF_TEN = Float64Array.from({ length: 10 }, (_, digits) => 10 ** digits);
const WORD = 4;
const LOW_BITS = 0x0101_0101;
const HIGH_BITS = 0x8080_8080 | 0;

/**
 * Text written as bytes. Names go from a BTF's strings to the output as they are, never by way of a JavaScript string:
 * a dump of a kernel's BTF is millions of pieces, and bytes that are no UTF-8 survive. Pieces and names are copied in
 * whole steps; what a step writes beyond their end is overwritten by what comes next.
 */
export class TextBytes {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  readonly #limit: number;

  /** @param limit bytes after which writing ends in `BTF_TOO_MUCH_TEXT`: a small hostile BTF can describe a huge text */
  constructor(capacity: number, limit = Number.POSITIVE_INFINITY) {
    this.#bytes = new Uint8Array(capacity + PIECE_STEP);
    this.#view = new DataView(this.#bytes.buffer);
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; a view that the next write may invalidate. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written, and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  /** Makes room for some bytes and one step beyond them. */
  #room(need: number): void {
    if (this.#length + need + PIECE_STEP > this.#bytes.length) this.#grow(need);
  }

  #grow(need: number): void {
    if (this.#length + need > this.#limit) throw errTooMuchText({ limit: this.#limit });
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + need + PIECE_STEP));
    grown.set(this.view());
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  piece(piece: Piece): this {
    const { length } = piece;
    this.#room(length);
    const at = this.#length;
    this.#view.setFloat64(at, piece.head, true);
    for (let i = PIECE_STEP; i < length; i += PIECE_STEP) {
      this.#view.setFloat64(at + i, piece.steps[i / PIECE_STEP], true);
    }
    this.#length = at + length;
    return this;
  }

  /** Text that is no constant. */
  text(text: string): this {
    return this.raw(encodeUtf8(text));
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  byte(byte: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
    return this;
  }

  /** The string at `offset`. */
  string(strings: BtfStrings, offset: number): this {
    const { view } = strings;
    const lastWord = view.byteLength - WORD;
    let from = offset;
    for (; from <= lastWord; from += WORD) {
      this.#room(WORD);
      const word = view.getInt32(from, true);
      this.#view.setInt32(this.#length, word, true);
      // The lowest bit that is left marks the first byte that is 0.
      const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
      if (zeros !== 0) {
        this.#length += (31 - Math.clz32(zeros & -zeros)) >> 3;
        return this;
      }
      this.#length += WORD;
    }
    for (; from < view.byteLength && strings.bytes[from] !== 0; from++) this.byte(strings.bytes[from]);
    return this;
  }

  /** A whole number of 32 bits, signed or not, in decimal. */
  decimal(value: number): this {
    this.#room(DIGITS_MAX);
    const bytes = this.#bytes;
    if (value < 0) bytes[this.#length++] = 0x2d;
    let rest = Math.abs(value) >>> 0;
    let digits = 1;
    while (digits < POWERS_OF_TEN.length && rest >= POWERS_OF_TEN[digits]) digits++;
    let at = this.#length + digits;
    this.#length = at;
    while (rest >= 10) {
      const next = (rest / 10) >>> 0;
      bytes[--at] = 0x30 + rest - next * 10;
      rest = next;
    }
    bytes[--at] = 0x30 + rest;
    return this;
  }

  /** Tabs for one level of nesting each. */
  indent(level: number): this {
    const count = Math.min(level, INDENT_MAX);
    this.#room(count);
    for (let i = 0; i < count; i++) this.#bytes[this.#length++] = 9;
    return this;
  }
}
