import { EbpftsError } from './error.ts';

/** Byte order of a file, an instruction stream or a machine. */
export type Endian = 'little' | 'big';

/** Makes the error for a read that leaves the bytes; a format passes its own so that the code names the format. */
export type TruncatedError = (at: { offset: number; need: number; have: number }) => EbpftsError;

const truncated: TruncatedError = ({ offset, need, have }) =>
  new EbpftsError({
    code: 'TRUNCATED',
    message: `truncated: ${need} bytes needed at offset ${offset}, ${have} there`,
    details: { offset, need, have },
  });

const utf8 = new TextDecoder('utf-8', { fatal: false });
const utf8Encoder = new TextEncoder();

/** UTF-8 bytes to text; bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Text to UTF-8 bytes, without a terminator. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The 32-bit words of `bytes` (whole words only) as the host reads them: a view over the same memory where alignment and
 * byte order allow it, else a converted copy. For formats made of 32-bit words alone.
 */
export function readWords(bytes: Uint8Array, endian: Endian): Uint32Array {
  const count = bytes.length >>> 2;
  const swap = (endian === 'little') !== hostIsLittle;
  if (!swap && bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Uint32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * 4);
  const little = endian === 'little';
  for (let i = 0; i < count; i++) words[i] = view.getUint32(i * 4, little);
  return words;
}

/** The bytes of 32-bit words in the byte order asked for; a copy. */
export function wordsToBytes(words: Uint32Array, endian: Endian): Uint8Array {
  if ((endian === 'little') === hostIsLittle) {
    return new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice();
  }
  const bytes = new Uint8Array(words.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words.length; i++) view.setUint32(i * 4, words[i], endian === 'little');
  return bytes;
}

/**
 * Reads fixed-width values at absolute offsets of a byte array, each read bound-checked: bad input ends in the given
 * error, never in a `RangeError`. Holds a view, copies nothing.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly endian: Endian;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #error: TruncatedError;

  constructor(bytes: Uint8Array, endian: Endian, error: TruncatedError = truncated) {
    this.bytes = bytes;
    this.endian = endian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === 'little';
    this.#error = error;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Throws unless `need` bytes stand at `offset`. */
  check(offset: number, need: number): void {
    if (!(offset >= 0 && need >= 0 && offset + need <= this.bytes.length)) {
      throw this.#error({ offset, need, have: Math.max(0, this.bytes.length - offset) });
    }
  }

  u8(offset: number): number {
    this.check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.check(offset, 2);
    return this.#view.getUint16(offset, this.#little);
  }

  s16(offset: number): number {
    this.check(offset, 2);
    return this.#view.getInt16(offset, this.#little);
  }

  u32(offset: number): number {
    this.check(offset, 4);
    return this.#view.getUint32(offset, this.#little);
  }

  s32(offset: number): number {
    this.check(offset, 4);
    return this.#view.getInt32(offset, this.#little);
  }

  u64(offset: number): bigint {
    this.check(offset, 8);
    return this.#view.getBigUint64(offset, this.#little);
  }

  s64(offset: number): bigint {
    this.check(offset, 8);
    return this.#view.getBigInt64(offset, this.#little);
  }

  f32(offset: number): number {
    this.check(offset, 4);
    return this.#view.getFloat32(offset, this.#little);
  }

  f64(offset: number): number {
    this.check(offset, 8);
    return this.#view.getFloat64(offset, this.#little);
  }

  /** A view (no copy) of `length` bytes at `offset`. */
  slice(offset: number, length: number): Uint8Array {
    this.check(offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  /** The NUL-terminated UTF-8 string at `offset`; the terminator must lie inside the bytes. */
  cString(offset: number): string {
    this.check(offset, 1);
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) throw this.#error({ offset, need: this.bytes.length - offset + 1, have: this.bytes.length - offset });
    return decodeUtf8(this.bytes.subarray(offset, end));
  }
}

/** Writes fixed-width values one after the other into a growing byte array. */
export class ByteWriter {
  readonly endian: Endian;
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  readonly #little: boolean;

  constructor(endian: Endian, capacity = 256) {
    this.endian = endian;
    this.#little = endian === 'little';
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room; afterwards `#view` may be another one, so it is read only then. */
  #room(need: number): number {
    const at = this.#length;
    if (at + need > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + need));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = at + need;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, this.#little);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, this.#little);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), this.#little);
    return this;
  }

  f32(value: number): this {
    const at = this.#room(4);
    this.#view.setFloat32(at, value, this.#little);
    return this;
  }

  f64(value: number): this {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, this.#little);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** `count` zero bytes. */
  zeros(count: number): this {
    const at = this.#room(count);
    this.#bytes.fill(0, at, this.#length);
    return this;
  }

  /** Zero bytes up to the next multiple of `alignment`. */
  align(alignment: number): this {
    return this.zeros((alignment - (this.#length % alignment)) % alignment);
  }

  /** Overwrites a u32 written before. */
  patchU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, this.#little);
    return this;
  }

  /** What was written, as a copy of exactly that length. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
