import type { Btf, BtfId } from '../../btf/index.ts';
import { resolveType, sizeOf } from '../../btf/index.ts';
import type { MapSpec } from '../../object/index.ts';

/** The struct behind a struct_ops map, as user space may change it before loading. */
export interface StructOpsLayout {
  readonly typeName: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly StructOpsMember[];
}

/** A member: a program, a number, or something that user space leaves alone. */
export interface StructOpsMember {
  readonly name: string;
  readonly role: 'program' | 'scalar' | 'opaque';
  /** Behind modifiers and typedefs. */
  readonly typeId: BtfId;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** The program that the object has there. */
  readonly program: string | undefined;
}

export function structOpsLayout(
  btf: Btf,
  { typeId, typeName, programs }: NonNullable<MapSpec['structOps']>,
): StructOpsLayout {
  const struct = btf.typeById(typeId);
  if (struct.kind !== 'STRUCT') return { typeName, size: 0, members: [] };
  const members = struct.members.map(({ name, type, bitOffset }, index) => {
    const resolved = resolveType(btf, type);
    return {
      name,
      role: roleOf(btf, resolved.id),
      typeId: resolved.id,
      offset: Math.floor(bitOffset / 8),
      size: sizeOf(btf, resolved.id) ?? 0,
      program: programs[index]?.name,
    };
  });
  return { typeName, size: struct.size, members };
}

function roleOf(btf: Btf, id: BtfId): StructOpsMember['role'] {
  const type = btf.typeById(id);
  switch (type.kind) {
    case 'INT':
    case 'FLOAT':
    case 'ENUM':
    case 'ENUM64':
      return 'scalar';
    case 'PTR':
      return resolveType(btf, type.type).kind === 'FUNC_PROTO' ? 'program' : 'opaque';
    default:
      return 'opaque';
  }
}
