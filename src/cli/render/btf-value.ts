import type { Endian } from '../../base/index.ts';
import { ByteReader, s64 } from '../../base/index.ts';
import {
  type Btf,
  type BtfArray,
  type BtfComposite,
  type BtfDatasec,
  type BtfEnum,
  type BtfEnum64,
  type BtfId,
  type BtfInt,
  resolveType,
  sizeOf,
  skipModifiers,
} from '../../btf/index.ts';
import { Fields, type Json, Raw } from './json.ts';

/** How values of a type are read and written. */
export interface BtfValueFormat {
  readonly btf: Btf;
  readonly endian: Endian;
  /** The form that people read: pointers and odd numbers in hexadecimal without quotes. It is no strict JSON. */
  readonly plain: boolean;
}

interface Place {
  readonly reader: ByteReader;
  /** Bytes from the start of the value. */
  readonly offset: number;
  /** Bits into the byte there: of a bitfield in a struct whose members carry no sizes. */
  readonly bit: number;
}

/** A value by its type, in the form that bpftool gives it. `bytes` holds at least the type's size. */
export function btfValue(format: BtfValueFormat, id: BtfId, bytes: Uint8Array): Json {
  return valueAt(format, id, { reader: new ByteReader(bytes, format.endian), offset: 0, bit: 0 });
}

function valueAt(format: BtfValueFormat, id: BtfId, place: Place): Json {
  const type = format.btf.typeById(id);
  switch (type.kind) {
    case 'INT':
      return intValue(format, type, place);
    case 'STRUCT':
    case 'UNION':
      return new Fields(members(format, type, place));
    case 'ARRAY':
      return arrayValue(format, type, place);
    case 'ENUM':
      return enumValue(type, place);
    case 'ENUM64':
      return enum64Value(type, place);
    case 'PTR':
      return pointerValue(format, place);
    case 'TYPEDEF':
    case 'VOLATILE':
    case 'CONST':
    case 'RESTRICT':
      return valueAt(format, resolveType(format.btf, id).id, place);
    case 'VAR':
      return new Fields([[type.name, valueAt(format, type.type, place)]]);
    case 'DATASEC':
      return new Fields([[type.name, variables(format, type, place)]]);
    case 'VOID':
      return new Raw('(unknown)');
    case 'FWD':
      return new Raw('(fwd-kind-invalid)');
    default:
      return new Raw('(unsupported-kind');
  }
}

function* variables(format: BtfValueFormat, section: BtfDatasec, { reader, offset }: Place): Generator<Json> {
  for (const info of section.vars) yield valueAt(format, info.type, { reader, offset: offset + info.offset, bit: 0 });
}

function* members(format: BtfValueFormat, type: BtfComposite, { reader, offset }: Place): Generator<[string, Json]> {
  for (const member of type.members) {
    const place = { reader, offset: offset + (member.bitOffset >>> 3), bit: member.bitOffset & 7 };
    yield [
      member.name,
      member.bitfieldSize > 0 ? bitsValue(format, member.bitfieldSize, place) : valueAt(format, member.type, place),
    ];
  }
}

function arrayValue(format: BtfValueFormat, type: BtfArray, place: Place): Json {
  const text = charArray(format.btf, type, place);
  if (text !== undefined) return text;
  const size = sizeOf(format.btf, type.type) ?? 0;
  return elements(format, type, { place, size });
}

function* elements(
  format: BtfValueFormat,
  type: BtfArray,
  { place: { reader, offset }, size }: { place: Place; size: number },
): Generator<Json> {
  for (let i = 0; i < type.count; i++) yield valueAt(format, type.type, { reader, offset: offset + i * size, bit: 0 });
}

/** The text of an array of char (not of a typedef of it) that ends in a NUL and is printable up to there. */
function charArray(btf: Btf, type: BtfArray, { reader, offset }: Place): string | undefined {
  const element = btf.typeById(skipModifiers(btf, type.type));
  if (type.count === 0 || element.kind !== 'INT' || element.size !== 1) return undefined;
  if (!(element.char && !element.signed && !element.bool) && element.name !== 'char') return undefined;
  let text = '';
  for (const byte of reader.slice(offset, type.count)) {
    if (byte === 0) return text;
    if (byte <= 0x1f || byte >= 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return undefined;
}

function signedAt({ reader, offset }: Place, size: number): bigint {
  const value = unsignedAt(reader, offset, size);
  return BigInt.asIntN(size * 8, value);
}

/** A number of any width in the reader's byte order. */
function unsignedAt(reader: ByteReader, offset: number, size: number): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) {
    const at = reader.endian === 'big' ? offset + i : offset + size - 1 - i;
    value = (value << 8n) | BigInt(reader.u8(at));
  }
  return value;
}

function enumValue(type: BtfEnum, place: Place): Json {
  const value = signedAt(place, type.size);
  const named = type.values.find((each) => BigInt.asIntN(32, BigInt(each.value)) === value);
  return named ? named.name : value;
}

function enum64Value(type: BtfEnum64, place: Place): Json {
  const value = signedAt(place, 8);
  const named = type.values.find((each) => s64(each.value) === value);
  return named ? named.name : value;
}

function pointerValue(format: BtfValueFormat, { reader, offset }: Place): Json {
  const value = unsignedAt(reader, offset, format.btf.pointerSize);
  if (!format.plain) return value;
  return value === 0n ? '(nil)' : `0x${value.toString(16)}`;
}

/** A bitfield, or a number of a width that C has no type for: hexadecimal. */
function bitsValue(format: BtfValueFormat, bits: number, { reader, offset, bit }: Place): Json {
  const size = (bit + bits + 7) >>> 3;
  const whole = unsignedAt(reader, offset, size);
  const shift = reader.endian === 'big' ? size * 8 - bit - bits : bit;
  return hexNumber(format, BigInt.asUintN(bits, whole >> BigInt(shift)));
}

function hexNumber(format: BtfValueFormat, value: bigint): Json {
  const text = `0x${value.toString(16)}`;
  return format.plain ? new Raw(text) : text;
}

function intValue(format: BtfValueFormat, type: BtfInt, place: Place): Json {
  const { reader, offset } = place;
  if (place.bit !== 0 || type.bitsOffset !== 0 || type.bits % 8 !== 0 || ![8, 16, 32, 64, 128].includes(type.bits)) {
    const start = place.bit + type.bitsOffset;
    return bitsValue(format, type.bits, { reader, offset: offset + (start >>> 3), bit: start & 7 });
  }
  if (type.bits === 128) return hexNumber(format, unsignedAt(reader, offset, 16));
  if (type.signed) return signedAt(place, type.bits / 8);
  if (type.char) return charValue(format, reader.u8(offset));
  return type.bool ? reader.u8(offset) !== 0 : unsignedAt(reader, offset, type.bits / 8);
}

function charValue(format: BtfValueFormat, byte: number): Json {
  if (byte >= 0x20 && byte < 0x7f) return new Raw(`"${String.fromCharCode(byte)}"`);
  const digits = byte.toString(16);
  return new Raw(format.plain ? `0x${digits}` : `"\\u00${digits.padStart(2, '0')}"`);
}
