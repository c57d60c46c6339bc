import { decodeUtf8, type Endian, encodeUtf8 } from '../base/index.ts';
import type { Shape, ShapeField } from '../btf/index.ts';
import { errValue } from './errors.ts';
import { readBits, readFloat, readInt, writeBits, writeFloat, writeInt } from './scalars.ts';

/** What may be given for a value of type `T`: fields that are left out are 0, as in a C initializer. */
export type Input<T> = T extends bigint | number | string | boolean
  ? T
  : T extends Uint8Array
    ? Uint8Array | readonly number[]
    : T extends readonly (infer E)[]
      ? readonly Input<E>[]
      : { readonly [K in keyof T]?: Input<T[K]> };

/** Reads and writes the values of one C type. */
export interface Codec<T> {
  /** Bytes. */
  readonly size: number;
  /** The value at `offset`, as a copy. `bytes` must hold all of it. */
  decode(bytes: Uint8Array, offset?: number): T;
  /** The value's bytes, padding 0. @throws {LoaderError} `LOADER_VALUE` where it does not fit the type */
  encode(value: Input<T>): Uint8Array;
}

/** A codec as it works inside: writes into bytes that are there. */
interface Part {
  readonly size: number;
  decode(bytes: Uint8Array, at: number): unknown;
  /** @param path what the value is called, for errors */
  encode(value: unknown, bytes: Uint8Array, at: number, path: string): void;
}

/**
 * The codec of a shape. A decoded union holds every member as a view of the same bytes: what is assigned to one shows
 * in the others. When a union is encoded, the members given are written one after the other.
 */
export function createCodec<T>(shape: Shape, endian: Endian): Codec<T> {
  const part = partOf(shape, endian === 'little');
  return {
    size: part.size,
    decode: (bytes, offset = 0) => part.decode(bytes, offset) as T,
    encode(value) {
      const bytes = new Uint8Array(part.size);
      part.encode(value, bytes, 0, 'value');
      return bytes;
    },
  };
}

function partOf(shape: Shape, little: boolean): Part {
  switch (shape.kind) {
    case 'int':
    case 'enum':
      return intPart(shape, little);
    case 'pointer':
      return addressPart(shape.size, little);
    case 'bool':
      return boolPart(shape.size, little);
    case 'float':
      return floatPart(shape.size, little);
    case 'text':
      return textPart(shape.size);
    case 'bytes':
      return bytesPart(shape.size);
    case 'array':
      return arrayPart(partOf(shape.element, little), shape.count);
    case 'struct':
    case 'union':
      return compositePart(shape, little);
  }
}

function wholeNumber(value: unknown, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw errValue(path, 'a whole number', value);
}

/** The number, if so many bits hold it; either sign is taken where its bits are unambiguous. */
function fitting(value: unknown, bits: number, path: string): bigint {
  const number = wholeNumber(value, path);
  if (number < -(1n << BigInt(bits - 1)) || number >= 1n << BigInt(bits)) {
    throw errValue(path, `a whole number of ${bits} bits`, value);
  }
  return number;
}

const isWide = (size: number): boolean => size > 4;

function intPart({ size, signed }: { size: number; signed: boolean }, little: boolean): Part {
  return {
    size,
    decode(bytes, at) {
      const value = readInt(bytes, at, { size, signed, little });
      return isWide(size) ? value : Number(value);
    },
    encode: (value, bytes, at, path) => writeInt(bytes, at, { size, little }, fitting(value, 8 * size, path)),
  };
}

function addressPart(size: number, little: boolean): Part {
  return {
    size,
    decode: (bytes, at) => readInt(bytes, at, { size, signed: false, little }),
    encode: (value, bytes, at, path) => writeInt(bytes, at, { size, little }, fitting(value, 8 * size, path)),
  };
}

function boolPart(size: number, little: boolean): Part {
  return {
    size,
    decode: (bytes, at) => readInt(bytes, at, { size, signed: false, little }) !== 0n,
    encode(value, bytes, at, path) {
      if (typeof value !== 'boolean') throw errValue(path, 'true or false', value);
      writeInt(bytes, at, { size, little }, value ? 1n : 0n);
    },
  };
}

function floatPart(size: number, little: boolean): Part {
  return {
    size,
    decode: (bytes, at) => readFloat(bytes, at, { size, little }),
    encode(value, bytes, at, path) {
      if (typeof value !== 'number') throw errValue(path, 'a number', value);
      writeFloat(bytes, at, { size, little }, value);
    },
  };
}

function textPart(size: number): Part {
  return {
    size,
    decode(bytes, at) {
      const all = bytes.subarray(at, at + size);
      const end = all.indexOf(0);
      return decodeUtf8(end < 0 ? all : all.subarray(0, end));
    },
    encode(value, bytes, at, path) {
      const text = typeof value === 'string' ? encodeUtf8(value) : undefined;
      if (text === undefined || text.length > size) throw errValue(path, `a string of at most ${size} bytes`, value);
      bytes.fill(0, at, at + size);
      bytes.set(text, at);
    },
  };
}

function bytesPart(size: number): Part {
  return {
    size,
    decode: (bytes, at) => bytes.slice(at, at + size),
    encode(value, bytes, at, path) {
      const given = value instanceof Uint8Array || Array.isArray(value) ? (value as ArrayLike<number>) : undefined;
      if (given === undefined || given.length > size) throw errValue(path, `at most ${size} bytes`, value);
      bytes.fill(0, at, at + size);
      bytes.set(given, at);
    },
  };
}

function arrayPart(element: Part, count: number): Part {
  const { size } = element;
  return {
    size: size * count,
    decode: (bytes, at) => Array.from({ length: count }, (_, i) => element.decode(bytes, at + i * size)),
    encode(value, bytes, at, path) {
      if (!Array.isArray(value) || value.length > count) {
        throw errValue(path, `an array of at most ${count} elements`, value);
      }
      bytes.fill(0, at, at + size * count);
      value.forEach((item, i) => {
        element.encode(item, bytes, at + i * size, `${path}[${i}]`);
      });
    },
  };
}

/** A field ready to be read and written; an anonymous composite's fields stand in the outer object. */
interface FieldPart extends Part {
  readonly name: string;
  readonly offset: number;
}

type Target = Record<string, unknown>;

interface CompositePart extends Part {
  readonly names: readonly string[];
  /** Puts the fields into an object that may be the outer composite's. */
  decodeInto(target: Target, bytes: Uint8Array, at: number): void;
  encodeFrom(source: Target, bytes: Uint8Array, at: number, path: string): void;
}

function compositePart(shape: Extract<Shape, { kind: 'struct' | 'union' }>, little: boolean): CompositePart {
  const { size } = shape;
  const named = shape.fields.filter(({ name }) => name !== '').map((field) => fieldPart(field, little));
  const anonymous = shape.fields.flatMap(({ name, shape: inner, offset }) =>
    name === '' && (inner.kind === 'struct' || inner.kind === 'union')
      ? [{ offset, part: compositePart(inner, little) }]
      : [],
  );
  const names = [...named.map(({ name }) => name), ...anonymous.flatMap(({ part }) => part.names)];
  const known = new Set(names);
  const decodeInto = shape.kind === 'union' ? decodeUnion : decodeStruct;

  function decodeStruct(target: Target, bytes: Uint8Array, at: number): void {
    for (const field of named) target[field.name] = field.decode(bytes, at + field.offset);
    for (const { offset, part } of anonymous) part.decodeInto(target, bytes, at + offset);
  }

  function decodeUnion(target: Target, bytes: Uint8Array, at: number): void {
    const own = bytes.slice(at, at + size);
    for (const field of named) {
      Object.defineProperty(target, field.name, {
        enumerable: true,
        configurable: true,
        get: () => field.decode(own, field.offset),
        set: (value: unknown) => field.encode(value, own, field.offset, field.name),
      });
    }
    for (const { offset, part } of anonymous) decodeShared(part, { target, own, offset });
  }

  function encodeFrom(source: Target, bytes: Uint8Array, at: number, path: string): void {
    for (const field of named) {
      const value = source[field.name];
      if (value !== undefined) field.encode(value, bytes, at + field.offset, `${path}.${field.name}`);
    }
    for (const { offset, part } of anonymous) part.encodeFrom(source, bytes, at + offset, path);
  }

  return {
    size,
    names,
    decodeInto,
    encodeFrom,
    decode(bytes, at) {
      const target: Target = {};
      decodeInto(target, bytes, at);
      return target;
    },
    encode(value, bytes, at, path) {
      if (typeof value !== 'object' || value === null) throw errValue(path, 'an object', value);
      const stranger = Object.keys(value).find((key) => !known.has(key));
      if (stranger !== undefined) throw errValue(`${path}.${stranger}`, `one of ${names.join(', ')}`, stranger);
      bytes.fill(0, at, at + size);
      encodeFrom(value as Target, bytes, at, path);
    },
  };
}

/** The fields of an anonymous composite inside a union: views of the union's bytes too. */
function decodeShared(
  part: CompositePart,
  { target, own, offset }: { target: Target; own: Uint8Array; offset: number },
): void {
  for (const name of part.names) {
    Object.defineProperty(target, name, {
      enumerable: true,
      configurable: true,
      get: () => (part.decode(own, offset) as Target)[name],
      set: (value: unknown) => part.encodeFrom({ [name]: value }, own, offset, name),
    });
  }
}

function fieldPart(field: ShapeField, little: boolean): FieldPart {
  const { name, shape, offset } = field;
  const whole = partOf(shape, little);
  if (field.bits === undefined) return { name, offset, ...whole };
  const signed = (shape.kind === 'int' || shape.kind === 'enum') && shape.signed;
  const place = { offset: field.bits.offset - 8 * offset, size: field.bits.size, signed, little };
  return {
    name,
    offset,
    size: whole.size,
    decode(bytes, at) {
      const value = readBits(bytes, at, place);
      if (shape.kind === 'bool') return value !== 0n;
      return isWide(shape.size) ? value : Number(value);
    },
    encode(value, bytes, at, path) {
      const number = typeof value === 'boolean' && shape.kind === 'bool' ? BigInt(value) : value;
      writeBits(bytes, at, place, fitting(number, place.size, path));
    },
  };
}
