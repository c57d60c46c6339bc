import { errModule } from './errors.ts';

/** Reads the numbers and lists of a module. @throws {WasmError} past the end */
export class Decoder {
  readonly #bytes: Uint8Array;
  /** Byte to be read next. */
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.done) throw errModule('it ends in the middle', this.at);
    return this.#bytes[this.at++];
  }

  /** A number below 2^32. */
  unsigned(): number {
    return Number(BigInt.asUintN(32, this.#leb(false)));
  }

  signed(): number {
    return Number(BigInt.asIntN(32, this.#leb(true)));
  }

  signed64(): bigint {
    return BigInt.asIntN(64, this.#leb(true));
  }

  text(): string {
    const length = this.unsigned();
    const at = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  skip(length: number): void {
    if (this.at + length > this.end) throw errModule(`${length} bytes are wanted, ${this.end - this.at} left`, this.at);
    this.at += length;
  }

  /** A list, its length first. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.min(this.unsigned(), this.end - this.at) }, read);
  }

  /** What stands in the next `length` bytes, which are passed over. */
  part(length: number): Decoder {
    const at = this.at;
    this.skip(length);
    return new Decoder(this.#bytes, at, at + length);
  }

  #leb(signed: boolean): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return signed && byte & 0x40 ? value - (1n << (shift + 7n)) : value;
    }
    throw errModule('a number of more than ten bytes', this.at);
  }
}
