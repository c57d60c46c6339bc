import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8, unreachable } from '../base/index.ts';
import type { StoredValue } from '../kernel/index.ts';
import { errBadRecord } from './errors.ts';

/** The first byte of a value. */
const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  u32: 4,
  number: 5,
  u64: 6,
  s64: 7,
  string: 8,
  bytes: 9,
  array: 10,
  record: 11,
} as const;

/** A record as bytes: a tag, then the value, little-endian, lengths as u32. */
export function encodeRecord(value: StoredValue): Uint8Array {
  const writer = new ByteWriter('little');
  write(writer, value);
  return writer.toBytes();
}

function write(writer: ByteWriter, value: StoredValue): void {
  switch (typeof value) {
    case 'undefined':
      writer.u8(TAG.undefined);
      return;
    case 'boolean':
      writer.u8(value ? TAG.true : TAG.false);
      return;
    case 'number':
      if (Object.is(value >>> 0, value)) writer.u8(TAG.u32).u32(value);
      else writer.u8(TAG.number).f64(value);
      return;
    case 'bigint':
      writer.u8(value < 0n ? TAG.s64 : TAG.u64).u64(value);
      return;
    case 'string':
      writeBytes(writer, TAG.string, encodeUtf8(value));
      return;
    case 'object':
      writeObject(writer, value);
      return;
    default:
      unreachable(value);
  }
}

function writeObject(writer: ByteWriter, value: Extract<StoredValue, object | null>): void {
  if (value === null) writer.u8(TAG.null);
  else if (value instanceof Uint8Array) writeBytes(writer, TAG.bytes, value);
  else if (Array.isArray(value)) {
    writer.u8(TAG.array).u32(value.length);
    for (const item of value) write(writer, item);
  } else {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    writer.u8(TAG.record).u32(fields.length);
    for (const [name, field] of fields) {
      const bytes = encodeUtf8(name);
      writer.u8(bytes.length).raw(bytes);
      write(writer, field);
    }
  }
}

function writeBytes(writer: ByteWriter, tag: number, bytes: Uint8Array): void {
  writer.u8(tag).u32(bytes.length).raw(bytes);
}

/** The value of a record's bytes; nothing in it refers to them. @throws {MachineError} MACHINE_BAD_RECORD */
export function decodeRecord(bytes: Uint8Array): StoredValue {
  const cursor = { reader: new ByteReader(bytes, 'little', ({ offset }) => errBadRecord(offset)), at: 0, depth: 0 };
  return read(cursor);
}

interface Cursor {
  readonly reader: ByteReader;
  at: number;
  depth: number;
}

/** Deepest nesting of a record; ours have three levels. */
const MAX_DEPTH = 16;

function read(cursor: Cursor): StoredValue {
  if (++cursor.depth > MAX_DEPTH) throw errBadRecord(cursor.at);
  const value = readValue(cursor);
  cursor.depth--;
  return value;
}

function readValue(cursor: Cursor): StoredValue {
  const { reader } = cursor;
  const tag = reader.u8(cursor.at++);
  switch (tag) {
    case TAG.undefined:
      return undefined;
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.u32:
      return readU32(cursor);
    case TAG.number:
      cursor.at += 8;
      return reader.f64(cursor.at - 8);
    case TAG.u64:
      cursor.at += 8;
      return reader.u64(cursor.at - 8);
    case TAG.s64:
      cursor.at += 8;
      return reader.s64(cursor.at - 8);
    case TAG.string:
      return decodeUtf8(readBytes(cursor, readU32(cursor)));
    case TAG.bytes:
      return readBytes(cursor, readU32(cursor)).slice();
    case TAG.array: {
      const items: StoredValue[] = [];
      for (let left = readU32(cursor); left > 0; left--) items.push(read(cursor));
      return items;
    }
    case TAG.record: {
      const fields: { [name: string]: StoredValue } = {};
      for (let left = readU32(cursor); left > 0; left--) {
        const length = reader.u8(cursor.at++);
        const name = decodeUtf8(readBytes(cursor, length));
        fields[name] = read(cursor);
      }
      return fields;
    }
    default:
      throw errBadRecord(cursor.at - 1);
  }
}

function readU32(cursor: Cursor): number {
  cursor.at += 4;
  return cursor.reader.u32(cursor.at - 4);
}

/** A plain view: that of a `Buffer` would not be copied by `slice`. */
function readBytes(cursor: Cursor, length: number): Uint8Array {
  const { buffer, byteOffset } = cursor.reader.slice(cursor.at, length);
  cursor.at += length;
  return new Uint8Array(buffer, byteOffset, length);
}
