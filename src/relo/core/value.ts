import type { Endian } from '../../base/index.ts';
import { BTF_KIND, type Btf, type BtfId, sizeOf, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { type CoreFailure, failure, isFailure } from './failure.ts';
import { type CoreKind, coreKind, coreSubject } from './kinds.ts';
import { type CoreSpec, enumeratorValue, isEnumKind, memberAt } from './spec.ts';

/** What one side (object or target) makes of a relocation. */
export interface CoreValue {
  /** Unsigned 64 bits. */
  readonly value: bigint;
  /** Whether the compiler must have written this very value. */
  readonly validate: boolean;
  /** Of a byte offset: size and type of what is read there; size 0 where it plays no part. */
  readonly size: number;
  readonly type: BtfId;
}

/** No value: the instruction must not be reached. */
export const POISON = 'poison';

const plain = (value: bigint, validate = true): CoreValue => ({ value, validate, size: 0, type: 0 });

/** The value of a relocation for the object's spec or the target's; `spec` is undefined where nothing matched. */
export function coreValue(
  kindNumber: number,
  spec: CoreSpec | undefined,
  endian: Endian,
): CoreValue | typeof POISON | CoreFailure {
  const kind = coreKind(kindNumber);
  switch (coreSubject(kindNumber)) {
    case 'field':
      if (kind === 'field_exists') return plain(spec === undefined ? 0n : 1n);
      return spec === undefined ? POISON : fieldValue(kind, spec, endian);
    case 'type':
      return spec === undefined ? plain(0n) : typeValue(kind, spec);
    case 'enumerator':
      if (kind === 'enumval_exists') return plain(spec === undefined ? 0n : 1n);
      if (spec === undefined) return POISON;
      return plain(enumeratorValue(spec.btf, spec.accessors[0].type, spec.accessors[0].index));
    default:
      return failure('ENOTSUP', `relocation kind ${kindNumber} is not known`);
  }
}

function typeValue(kind: CoreKind, { btf, root }: CoreSpec): CoreValue | CoreFailure {
  if (kind === 'target_type_id') return plain(BigInt(root), false);
  if (kind !== 'type_size') return plain(1n);
  const size = sizeOf(btf, root);
  return size === undefined ? failure('EINVAL', `[${root}] has no size`) : plain(BigInt(size));
}

function fieldValue(kind: CoreKind, spec: CoreSpec, endian: Endian): CoreValue | CoreFailure {
  const last = spec.accessors[spec.accessors.length - 1];
  if (last.name === undefined) return elementValue(kind, spec, last.type);
  const place = fieldPlace(spec);
  if (isFailure(place)) return place;
  const { byteOffset, byteSize, bitOffset, bitSize, bitfield, type } = place;
  switch (kind) {
    case 'byte_off':
      return {
        value: BigInt(byteOffset),
        validate: !bitfield,
        size: bitfield ? 0 : byteSize,
        type: bitfield ? 0 : type,
      };
    case 'byte_sz':
      return plain(BigInt(byteSize), !bitfield);
    case 'signed':
      return plain(isSigned(spec.btf, type) ? 1n : 0n);
    case 'lshift_u64': {
      const inside = bitOffset - byteOffset * 8;
      const shift = endian === 'little' ? 64 - (inside + bitSize) : (8 - byteSize) * 8 + inside;
      return plain(BigInt(shift >>> 0), !bitfield);
    }
    default:
      return plain(BigInt((64 - bitSize) >>> 0));
  }
}

/** An array element: only its place and size can be asked for. */
function elementValue(kind: CoreKind, spec: CoreSpec, type: BtfId): CoreValue | CoreFailure {
  if (kind !== 'byte_off' && kind !== 'byte_sz') {
    return failure('EINVAL', `<${kind}> can't be applied to array access`);
  }
  const size = sizeOf(spec.btf, type);
  if (size === undefined) return failure('EINVAL', `[${type}] has no size`);
  if (kind === 'byte_sz') return plain(BigInt(size));
  return { value: BigInt(Math.floor(spec.bitOffset / 8)), validate: true, size, type };
}

interface FieldPlace {
  /** Where the load begins that gets the field, and its size. */
  readonly byteOffset: number;
  readonly byteSize: number;
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly bitfield: boolean;
  /** The field's type behind typedefs and modifiers. */
  readonly type: BtfId;
}

function fieldPlace({ btf, accessors, bitOffset }: CoreSpec): FieldPlace | CoreFailure {
  const last = accessors[accessors.length - 1];
  const member = memberAt(btf, last.type, last.index);
  const type = skipModifiersAndTypedefs(btf, member.type);
  const bitSize = member.bitfieldSize;
  if (bitSize === 0) {
    const size = sizeOf(btf, type);
    if (size === undefined) return failure('EINVAL', `[${type}] has no size`);
    return {
      byteOffset: Math.floor(bitOffset / 8),
      byteSize: size,
      bitOffset,
      bitSize: size * 8,
      bitfield: false,
      type,
    };
  }
  // A bitfield is read with the smallest load, aligned to its own size, that covers it.
  let byteSize = btf.third(type);
  if (byteSize === 0) return failure('EINVAL', `bitfield of type [${type}], which has no size`);
  const start = () => Math.floor(Math.floor(bitOffset / 8) / byteSize) * byteSize;
  while (bitOffset + bitSize - start() * 8 > byteSize * 8) {
    if (byteSize >= 8) return failure('E2BIG', "can't be satisfied for bitfield");
    byteSize *= 2;
  }
  return { byteOffset: start(), byteSize, bitOffset, bitSize, bitfield: true, type };
}

function isSigned(btf: Btf, type: BtfId): boolean {
  const kind = btf.kindOf(type);
  if (isEnumKind(kind)) return btf.flagOf(type);
  return kind === BTF_KIND.INT && ((btf.words[btf.index[type] + 3] >>> 24) & 1) === 1;
}

/**
 * Whether a load or store must not change its size from the local type's to the target's: only pointers and unsigned
 * ints read right with another size.
 */
export function sizeChangeBreaks(
  local: { btf: Btf; value: CoreValue },
  target: { btf: Btf; value: CoreValue },
): boolean {
  if (local.value.size === target.value.size) return false;
  const kind = local.btf.kindOf(local.value.type);
  const targetKind = target.btf.kindOf(target.value.type);
  if (kind === BTF_KIND.PTR && targetKind === BTF_KIND.PTR) return false;
  if (kind !== BTF_KIND.INT || targetKind !== BTF_KIND.INT) return true;
  return isPlainSigned(local.btf, local.value.type) || isPlainSigned(target.btf, target.value.type);
}

/** Signed and nothing else: a signed `char` or `bool` counts as unsigned here, as in libbpf. */
function isPlainSigned(btf: Btf, type: BtfId): boolean {
  return ((btf.words[btf.index[type] + 3] >>> 24) & 15) === 1;
}
