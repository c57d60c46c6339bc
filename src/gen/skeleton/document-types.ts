import type { Btf, BtfComposite, BtfEnum, BtfEnum64, BtfId, BtfMember } from '../../btf/index.ts';
import { resolveType, sizeOf } from '../../btf/index.ts';
import type { FieldDocument, PointedNode, TypeDocument, TypeNode } from './document.ts';

/** Longest chain of arrays and typedefs; what lies behind is opaque. */
const MAX_DEPTH = 32;

/** Describes types, each struct, union and enum once. */
export class DocumentTypes {
  readonly #btf: Btf | undefined;
  readonly #described = new Map<BtfId, TypeDocument>();
  /** Named, not described yet. */
  readonly #waiting = new Set<BtfId>();

  /** @param btf undefined for an object without BTF: all of its types are opaque */
  constructor(btf: Btf | undefined) {
    this.#btf = btf;
  }

  /** The type of something that takes `size` bytes; opaque where BTF does not say the same. */
  sized(id: BtfId, size: number): TypeNode {
    const known = this.#btf !== undefined && id !== 0 && sizeOf(this.#btf, id) === size;
    return known ? this.node(id) : { kind: 'opaque', size };
  }

  node(id: BtfId, depth = 0): TypeNode {
    const btf = this.#btf;
    if (btf === undefined) return { kind: 'opaque', size: 0 };
    const type = resolveType(btf, id);
    const alias = typedefOf(btf, id);
    const size = sizeOf(btf, type.id) ?? 0;
    switch (type.kind) {
      case 'INT':
        return type.bool
          ? { ...alias, kind: 'bool', name: type.name, size }
          : { ...alias, kind: 'int', name: type.name, size, signed: type.signed };
      case 'FLOAT':
        return { ...alias, kind: 'float', name: type.name, size };
      case 'PTR':
        return { ...alias, kind: 'pointer', size, to: pointedNode(btf, type.type) };
      case 'ARRAY':
        if (depth >= MAX_DEPTH) return { ...alias, kind: 'opaque', size };
        return { ...alias, kind: 'array', size, count: type.count, element: this.node(type.type, depth + 1) };
      case 'STRUCT':
      case 'UNION':
      case 'ENUM':
      case 'ENUM64':
        if (!this.#described.has(type.id)) this.#waiting.add(type.id);
        return { ...alias, kind: KINDS[type.kind], name: type.name, size, ref: String(type.id) };
      default:
        return { ...alias, kind: 'opaque', size };
    }
  }

  /** Everything that nodes refer to, and what that refers to, by id. */
  table(): Record<string, TypeDocument> {
    const btf = this.#btf;
    if (btf === undefined) return {};
    for (const id of this.#waiting) {
      this.#waiting.delete(id);
      const type = btf.typeById(id);
      if (type.kind === 'STRUCT' || type.kind === 'UNION') this.#described.set(id, this.#composite(btf, type));
      else if (type.kind === 'ENUM' || type.kind === 'ENUM64') this.#described.set(id, enumeration(type));
    }
    return Object.fromEntries([...this.#described].sort(([a], [b]) => a - b));
  }

  #composite(btf: Btf, type: BtfComposite): TypeDocument {
    const fields = type.members.map((member) => this.#field(btf, member));
    return { kind: KINDS[type.kind], name: type.name, size: type.size, fields };
  }

  #field(btf: Btf, { name, type, bitOffset, bitfieldSize }: BtfMember): FieldDocument {
    const field = { name, offset: Math.floor(bitOffset / 8), type: this.node(type) };
    if (bitfieldSize > 0) return { ...field, bits: { offset: bitOffset, size: bitfieldSize } };
    // Older BTF has the width in an integer type made for the purpose.
    const int = resolveType(btf, type);
    if (int.kind !== 'INT' || (int.bits === 8 * int.size && int.bitsOffset === 0)) return field;
    const start = bitOffset + int.bitsOffset;
    return { ...field, offset: Math.floor(start / 8), bits: { offset: start, size: int.bits } };
  }
}

const KINDS = { STRUCT: 'struct', UNION: 'union', ENUM: 'enum', ENUM64: 'enum' } as const;

function enumeration(type: BtfEnum | BtfEnum64): TypeDocument {
  const { name, size, signed } = type;
  const values = type.values.map((row) => ({
    name: row.name,
    value: size > 4 ? String(row.value) : Number(row.value),
  }));
  return { kind: 'enum', name, size, signed, values };
}

/** The name that is used, where it is not the type's own. */
function typedefOf(btf: Btf, id: BtfId): { typedef?: string } {
  let type = btf.typeById(id);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (type.kind === 'TYPEDEF') return { typedef: type.name };
    if (type.kind !== 'CONST' && type.kind !== 'VOLATILE' && type.kind !== 'RESTRICT' && type.kind !== 'TYPE_TAG')
      break;
    type = btf.typeById(type.type);
  }
  return {};
}

function pointedNode(btf: Btf, id: BtfId): PointedNode {
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'INT':
      return { kind: type.bool ? 'bool' : 'int', name: type.name };
    case 'FLOAT':
      return { kind: 'float', name: type.name };
    case 'STRUCT':
    case 'UNION':
    case 'ENUM':
    case 'ENUM64':
      return { kind: KINDS[type.kind], name: type.name };
    case 'FWD':
      return { kind: type.fwdKind, name: type.name };
    case 'ARRAY':
      return { kind: 'array', name: '' };
    case 'PTR':
      return { kind: 'pointer', name: '' };
    case 'FUNC_PROTO':
      return { kind: 'function', name: '' };
    default:
      return { kind: 'void', name: '' };
  }
}
