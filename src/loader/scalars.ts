import { ByteReader, ByteWriter } from '../base/index.ts';

/** How a whole number stands in memory. */
export interface IntFormat {
  /** Bytes. */
  readonly size: number;
  readonly little: boolean;
}

/** A whole number of any size at byte `at`. */
export function readInt(bytes: Uint8Array, at: number, format: IntFormat & { readonly signed: boolean }): bigint {
  const { size, little, signed } = format;
  let value = 0n;
  for (let i = 0; i < size; i += 4) {
    // Four bytes a step, the most significant first.
    let word = 0;
    const step = Math.min(4, size - i);
    for (let k = i; k < i + step; k++) word = word * 256 + bytes[at + (little ? size - 1 - k : k)];
    value = (value << BigInt(8 * step)) | BigInt(word);
  }
  return signed ? BigInt.asIntN(8 * size, value) : value;
}

/** Writes the low bytes of a whole number. */
export function writeInt(bytes: Uint8Array, at: number, { size, little }: IntFormat, value: bigint): void {
  let rest = BigInt.asUintN(8 * size, value);
  for (let i = 0; i < size; i++) {
    bytes[at + (little ? i : size - 1 - i)] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** Where a bitfield stands: bits from byte `at`, counted from the least significant in little-endian memory, from the
 * most significant in big-endian. */
export interface BitPlace {
  readonly offset: number;
  readonly size: number;
  readonly little: boolean;
}

/** The bytes that a bitfield touches, and how far it is shifted in the number that they make. */
function bitWindow({ offset, size, little }: BitPlace): { format: IntFormat; shift: bigint } {
  const length = Math.ceil((offset + size) / 8);
  return { format: { size: length, little }, shift: BigInt(little ? offset : 8 * length - offset - size) };
}

export function readBits(bytes: Uint8Array, at: number, place: BitPlace & { readonly signed: boolean }): bigint {
  const { format, shift } = bitWindow(place);
  const value = readInt(bytes, at, { ...format, signed: false }) >> shift;
  return place.signed ? BigInt.asIntN(place.size, value) : BigInt.asUintN(place.size, value);
}

export function writeBits(bytes: Uint8Array, at: number, place: BitPlace, value: bigint): void {
  const { format, shift } = bitWindow(place);
  const mask = ((1n << BigInt(place.size)) - 1n) << shift;
  const others = readInt(bytes, at, { ...format, signed: false }) & ~mask;
  writeInt(bytes, at, format, others | ((value << shift) & mask));
}

/** A float of 4 or 8 bytes. */
export function readFloat(bytes: Uint8Array, at: number, { size, little }: IntFormat): number {
  const reader = new ByteReader(bytes, little ? 'little' : 'big');
  return size === 4 ? reader.f32(at) : reader.f64(at);
}

export function writeFloat(bytes: Uint8Array, at: number, { size, little }: IntFormat, value: number): void {
  const writer = new ByteWriter(little ? 'little' : 'big', size);
  bytes.set((size === 4 ? writer.f32(value) : writer.f64(value)).toBytes(), at);
}
