import { decodeUtf8 } from '../base/index.ts';
import type { StringBytes } from './string-set.ts';
import { StringSet } from './string-set.ts';

/** Bytes of a word, in which strings are copied and hashed. */
export const WORD = 4;
const LOW_BITS = 0x0101_0101;
const HIGH_BITS = 0x8080_8080 | 0;

/** Which byte of a little-endian word is the first that is 0; `WORD` if none is. */
export function firstZeroByte(word: number): number {
  const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
  return zeros === 0 ? WORD : (31 - Math.clz32(zeros & -zeros)) >> 3;
}

/** The NUL-terminated strings of a BTF, found by byte offset; decoded when first asked for. */
export class BtfStrings {
  /** The string section; of a split BTF, the base's strings and then its own. */
  readonly bytes: Uint8Array;
  /** The same bytes, for reading several at a time. */
  readonly view: DataView;
  /** The whole section as text where byte offsets are text offsets, as in ASCII. */
  #text: string | undefined;
  #aligned: boolean | undefined;
  #set: StringSet | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get size(): number {
    return this.bytes.length;
  }

  /** The string at `offset`; empty beyond the end. */
  at(offset: number): string {
    if (offset === 0 || offset >= this.bytes.length) return '';
    if (this.#aligned === undefined) this.#decode();
    if (this.#text !== undefined) {
      const end = this.#text.indexOf('\0', offset);
      return this.#text.slice(offset, end < 0 ? undefined : end);
    }
    const end = this.bytes.indexOf(0, offset);
    return decodeUtf8(this.bytes.subarray(offset, end < 0 ? undefined : end));
  }

  /** Whether the string at `offset` is that ASCII text, without decoding it. */
  equals(offset: number, text: string): boolean {
    const { bytes } = this;
    if (offset + text.length >= bytes.length || bytes[offset + text.length] !== 0) return false;
    for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Offset of the first string of that content; -1 where there is none. Indexed when first asked. */
  find(text: StringBytes): number {
    this.#set ??= new StringSet(this.bytes);
    return this.#set.find(text);
  }

  /** As many UTF-16 units as bytes: each byte became one of them, so that offsets are the same in both. */
  #decode(): void {
    const text = decodeUtf8(this.bytes);
    this.#aligned = text.length === this.bytes.length;
    if (this.#aligned) this.#text = text;
  }
}
