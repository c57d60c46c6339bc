import { ByteWriter, encodeUtf8 } from '../base/index.ts';

/** A string table being put together: each string once, in the order in which they came; tails are not shared. */
export class StringTableWriter {
  readonly #bytes = new ByteWriter('little', 1024).u8(0);
  readonly #offsets = new Map<string, number>([['', 0]]);

  /** Offset of `text`, added where it is not there yet. */
  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    this.#bytes.raw(encodeUtf8(text)).u8(0);
    this.#offsets.set(text, offset);
    return offset;
  }

  toBytes(): Uint8Array {
    return this.#bytes.toBytes();
  }
}
