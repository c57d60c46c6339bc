import { decodeUtf8 } from '../base/index.ts';
import { errNames, errTruncated } from './errors.ts';

/**
 * A string table. Each string is decoded once; a hostile table, in which many long strings share their tails, is
 * refused before it fills the memory.
 */
export class StringTable {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #limit: number;
  readonly #known = new Map<number, string>();
  #decoded = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
    // Shared tails make the sum exceed the table's size, in real files by less than this factor.
    this.#limit = (1 << 20) + 8 * bytes.length;
  }

  /** The string that begins at `offset`. @throws {ElfError} `ELF_TRUNCATED` where it does not end in the table */
  at(offset: number): string {
    if (offset === 0 && (this.#bytes.length === 0 || this.#bytes[0] === 0)) return '';
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const end = offset < this.#bytes.length ? this.#bytes.indexOf(0, offset) : -1;
    if (end < 0) {
      const have = Math.max(0, this.#bytes.length - offset);
      throw errTruncated(this.#what)({ offset, need: have + 1, have });
    }
    this.#decoded += end - offset;
    if (this.#decoded > this.#limit) throw errNames(this.#what, this.#decoded, this.#limit);
    const text = decodeUtf8(this.#bytes.subarray(offset, end));
    this.#known.set(offset, text);
    return text;
  }
}
