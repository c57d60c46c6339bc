import { encodeUtf8 } from '../base/index.ts';
import { errTooMuchText } from './errors.ts';
import { PIECE_STEP, type Piece } from './piece.ts';
import { type BtfStrings, firstZeroByte, WORD } from './strings.ts';

const DIGITS_MAX = 11;

const POWERS_OF_TEN = Float64Array.from({ length: 10 }, (_, digits) => 10 ** digits);
/**
 * Text written as bytes. Names go from a BTF's strings to the output as they are, never by way of a JavaScript string:
 * a dump of a kernel's BTF is millions of pieces, and bytes that are no UTF-8 survive. Pieces and names are copied in
 * whole steps; what a step writes beyond their end is overwritten by what comes next.
 */
export class TextBytes {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  /** Where writing has to grow: one step before the end of the bytes. */
  #end: number;
  readonly #limit: number;

  /** @param limit bytes after which writing ends in `BTF_TOO_MUCH_TEXT`: a small hostile BTF can describe a huge text */
  constructor(capacity: number, limit = Number.POSITIVE_INFINITY) {
    this.#bytes = new Uint8Array(capacity + PIECE_STEP);
    this.#view = new DataView(this.#bytes.buffer);
    this.#end = capacity;
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
    if (this.#length + need > this.#end) this.#grow(need);
  }

  #grow(need: number): void {
    if (this.#length + need > this.#limit) throw errTooMuchText({ limit: this.#limit });
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + need + PIECE_STEP));
    grown.set(this.view());
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
    this.#end = grown.length - PIECE_STEP;
  }

  piece(piece: Piece): this {
    const { length } = piece;
    const at = this.#length;
    if (at + length > this.#end) this.#grow(length);
    const view = this.#view;
    view.setFloat64(at, piece.head, true);
    if (length > PIECE_STEP) {
      const { steps } = piece;
      for (let i = 1; i < steps.length; i++) view.setFloat64(at + i * PIECE_STEP, steps[i], true);
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
    const source = strings.view;
    const lastWord = source.byteLength - WORD;
    let view = this.#view;
    let from = offset;
    let at = this.#length;
    for (; from <= lastWord; from += WORD) {
      if (at > this.#end - WORD) {
        this.#length = at;
        this.#grow(WORD);
        view = this.#view;
      }
      const word = source.getInt32(from, true);
      view.setInt32(at, word, true);
      const end = firstZeroByte(word);
      at += end;
      if (end < WORD) {
        this.#length = at;
        return this;
      }
    }
    this.#length = at;
    for (; from < source.byteLength && strings.bytes[from] !== 0; from++) this.byte(strings.bytes[from]);
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
}
