import type { Btf } from './btf.ts';
import type { BtfComposite, BtfId, BtfInt, BtfMember } from './model.ts';
import { resolveType, sizeOf, skipModifiers } from './resolve.ts';

/**
 * What a value of a type is to a JavaScript program, and where it stands in the bytes: the one meaning that decoders
 * read and generators print. Modifiers and typedefs are gone; a pointer is a number, what it points to is not looked at.
 */
export type Shape =
  /** Sizes to 4 are a `number`, 8 and 16 a `bigint`. */
  | { readonly kind: 'int'; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'bool'; readonly size: number }
  /** A number as the size has it; `id` tells the names. */
  | { readonly kind: 'enum'; readonly size: number; readonly signed: boolean; readonly id: BtfId }
  /** An address: `bigint`. */
  | { readonly kind: 'pointer'; readonly size: number }
  | { readonly kind: 'float'; readonly size: number }
  /** `char[n]`: a string, in the bytes to the first NUL. */
  | { readonly kind: 'text'; readonly size: number }
  /** `unsigned char[n]`, and whatever has a size but no shape: the bytes themselves. */
  | { readonly kind: 'bytes'; readonly size: number }
  | { readonly kind: 'array'; readonly size: number; readonly count: number; readonly element: Shape }
  | {
      readonly kind: 'struct' | 'union';
      readonly size: number;
      /** Empty for an anonymous one. */
      readonly name: string;
      readonly id: BtfId;
      readonly fields: readonly ShapeField[];
    };

/** A member of a struct or union. */
export interface ShapeField {
  /** Empty for an anonymous struct or union, whose fields count as the outer one's. */
  readonly name: string;
  readonly shape: Shape;
  /** Bytes from the start of the struct; of a bitfield, those of its first bit. */
  readonly offset: number;
  /** A bitfield's place: bits from the start of the struct, in the byte order's own way of counting, and its width. */
  readonly bits?: { readonly offset: number; readonly size: number };
}

/** Deepest nesting of structs and arrays; what lies deeper is bytes. */
const MAX_DEPTH = 32;
/** Most fields of one value, nested ones counted; beyond it the rest is bytes. */
const MAX_FIELDS = 10_000;

interface Context {
  readonly btf: Btf;
  /** How many more fields there may be. */
  fieldsLeft: number;
}

/** The shape of a type's values; undefined where they have no size. */
export function shapeOf(btf: Btf, id: BtfId): Shape | undefined {
  return shapeAt({ btf, fieldsLeft: MAX_FIELDS }, id, 0);
}

function shapeAt(context: Context, id: BtfId, depth: number): Shape | undefined {
  const { btf } = context;
  const size = sizeOf(btf, id);
  if (size === undefined) return undefined;
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'INT':
      return intShape(type);
    case 'ENUM':
    case 'ENUM64':
      return { kind: 'enum', size, signed: type.signed, id: type.id };
    case 'PTR':
      return { kind: 'pointer', size };
    case 'FLOAT':
      return size === 4 || size === 8 ? { kind: 'float', size } : { kind: 'bytes', size };
    case 'ARRAY':
      return arrayShape(context, { size, count: type.count, elementId: type.type, depth });
    case 'STRUCT':
    case 'UNION':
      return compositeShape(context, type, depth);
    default:
      return { kind: 'bytes', size };
  }
}

function intShape({ size, signed, bool }: BtfInt): Shape {
  if (bool) return { kind: 'bool', size };
  return [1, 2, 4, 8, 16].includes(size) ? { kind: 'int', size, signed } : { kind: 'bytes', size };
}

function arrayShape(
  context: Context,
  { size, count, elementId, depth }: { size: number; count: number; elementId: BtfId; depth: number },
): Shape {
  const elementType = resolveType(context.btf, elementId);
  if (elementType.kind === 'INT' && elementType.size === 1 && !elementType.bool) {
    if (elementType.name === 'char') return { kind: 'text', size };
    if (!elementType.signed) return { kind: 'bytes', size };
  }
  const element = depth < MAX_DEPTH ? shapeAt(context, elementId, depth + 1) : undefined;
  // An array of nothing could claim any number of elements.
  if (element === undefined || (element.size === 0 && count > 0)) return { kind: 'bytes', size };
  return { kind: 'array', size, count, element };
}

function compositeShape(context: Context, type: BtfComposite, depth: number): Shape {
  const { size, name, id } = type;
  context.fieldsLeft -= type.members.length;
  if (depth >= MAX_DEPTH || context.fieldsLeft < 0) return { kind: 'bytes', size };
  const fields: ShapeField[] = [];
  for (const member of type.members) {
    const field = fieldShape(context, member, depth);
    const end = field?.bits
      ? field.bits.offset + field.bits.size
      : 8 * ((field?.offset ?? 0) + (field?.shape.size ?? 0));
    if (field === undefined || end > 8 * size) return { kind: 'bytes', size };
    // Padding: `int : 5`.
    if (field.name !== '' || field.shape.kind === 'struct' || field.shape.kind === 'union') fields.push(field);
  }
  return { kind: type.kind === 'STRUCT' ? 'struct' : 'union', size, name, id, fields };
}

function fieldShape(context: Context, member: BtfMember, depth: number): ShapeField | undefined {
  const shape = shapeAt(context, member.type, depth + 1);
  if (shape === undefined) return undefined;
  const { name, bitOffset } = member;
  const offset = Math.floor(bitOffset / 8);
  const bits = bitfieldOf(context.btf, member);
  if (bits === undefined) return bitOffset % 8 === 0 ? { name, shape, offset } : undefined;
  const whole = shape.kind === 'int' || shape.kind === 'enum' || shape.kind === 'bool';
  return whole && bits.size > 0 && bits.size <= 64 ? { name, shape, offset, bits } : undefined;
}

/** Newer BTF has the width in the member; in older it stands in an integer type made for the purpose. */
function bitfieldOf(btf: Btf, { type, bitOffset, bitfieldSize }: BtfMember): ShapeField['bits'] {
  if (bitfieldSize > 0) return { offset: bitOffset, size: bitfieldSize };
  const int = btf.typeById(skipModifiers(btf, type));
  if (int.kind !== 'INT' || (int.bits === 8 * int.size && int.bitsOffset === 0)) return undefined;
  return { offset: bitOffset + int.bitsOffset, size: int.bits };
}
