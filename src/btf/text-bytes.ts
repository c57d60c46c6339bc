import { encodeUtf8 } from '../base/index.ts';
import { errTooMuchText } from './errors.ts';

const DIGITS_MAX = 11;
/** Deepest indentation that is written. @see tools/lib/bpf/btf_dump.c (v6.12) */
const INDENT_MAX = 13;

/**
 * Text written as bytes. Names go from a BTF's strings to the output as they are, never by way of a JavaScript string:
 * a dump of a kernel's BTF is millions of pieces, and bytes that are no UTF-8 survive.
 */
export class TextBytes {
  #bytes: Uint8Array;
  #length = 0;
  readonly #limit: number;

  /** @param limit bytes after which writing ends in `BTF_TOO_MUCH_TEXT`: a small hostile BTF can describe a huge text */
  constructor(capacity: number, limit = Number.POSITIVE_INFINITY) {
    this.#bytes = new Uint8Array(capacity);
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; a view that the next write may invalidate. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(need: number): void {
    if (this.#length + need <= this.#bytes.length) return;
    if (this.#length + need > this.#limit) throw errTooMuchText({ limit: this.#limit });
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + need));
    grown.set(this.view());
    this.#bytes = grown;
  }

  text(text: string): this {
    this.#room(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return this.#encoded(text);
      bytes[at++] = code;
    }
    this.#length = at;
    return this;
  }

  #encoded(text: string): this {
    const encoded = encodeUtf8(text);
    this.#room(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
    return this;
  }

  /** The NUL-terminated string at `offset` of `source`. */
  cString(source: Uint8Array, offset: number): this {
    let from = offset;
    let at = this.#length;
    for (;;) {
      this.#length = at;
      this.#room(64);
      const bytes = this.#bytes;
      const stop = Math.min(from + 64, source.length);
      while (from < stop) {
        const byte = source[from++];
        if (byte === 0) {
          this.#length = at;
          return this;
        }
        bytes[at++] = byte;
      }
      if (from >= source.length) {
        this.#length = at;
        return this;
      }
    }
  }

  /** A whole number of 32 bits, signed or not, in decimal. */
  decimal(value: number): this {
    this.#room(DIGITS_MAX);
    const bytes = this.#bytes;
    let rest = value;
    if (rest < 0) {
      bytes[this.#length++] = 0x2d;
      rest = -rest;
    }
    let digits = 1;
    for (let power = 10; power <= rest; power *= 10) digits++;
    this.#length += digits;
    let at = this.#length;
    do {
      const next = Math.floor(rest / 10);
      bytes[--at] = 0x30 + (rest - next * 10);
      rest = next;
    } while (rest > 0);
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
