import { decodeUtf8 } from '../base/index.ts';

/** The NUL-terminated strings of a BTF, found by byte offset; decoded when first asked for. */
export class BtfStrings {
  /** The string section; of a split BTF, the base's strings and then its own. */
  readonly bytes: Uint8Array;
  /** The whole section as text where it is ASCII, so that byte offsets are text offsets. */
  #text: string | undefined;
  #ascii: boolean | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** The string at `offset`; empty beyond the end. */
  at(offset: number): string {
    if (offset === 0 || offset >= this.bytes.length) return '';
    if (this.#ascii === undefined) this.#decode();
    if (this.#text !== undefined) {
      const end = this.#text.indexOf('\0', offset);
      return this.#text.slice(offset, end < 0 ? undefined : end);
    }
    const end = this.bytes.indexOf(0, offset);
    return decodeUtf8(this.bytes.subarray(offset, end < 0 ? undefined : end));
  }

  #decode(): void {
    const text = decodeUtf8(this.bytes);
    this.#ascii = text.length === this.bytes.length && this.bytes.every((byte) => byte < 0x80);
    if (this.#ascii) this.#text = text;
  }
}
