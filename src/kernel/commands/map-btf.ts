import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { BpfBtf } from '../core/btf.ts';
import type { MapBtf } from '../maps/map.ts';
import { findSpecialFields } from './special-fields.ts';

/** What the BTF of a new map says of its key and value to a kernel of that version; -EINVAL where the ids are no types with a size. */
export function mapBtfOf(object: BpfBtf, attr: MapCreateAttr, version: string): MapBtf | Errno {
  const btf = object.types();
  const keyType = attr.btfKeyTypeId ?? 0;
  const valueType = attr.btfValueTypeId ?? 0;
  const keySize = keyType === 0 ? 0 : sizeOfId(btf, keyType);
  const valueSize = sizeOfId(btf, valueType);
  if (keySize === undefined || valueSize === undefined) return -errno.EINVAL;
  const found = findSpecialFields(btf, valueType, version);
  // A value whose fields are not in order has none: programs are told so when they use one.
  const fields = typeof found === 'number' ? [] : found;
  const valueIsDatasec = resolveType(btf, valueType).kind === 'DATASEC';
  return { id: object.id, keySize, valueSize, keyKind: keyKindOf(btf, keyType), valueIsDatasec, fields };
}

function sizeOfId(btf: Btf, id: BtfId): number | undefined {
  return btf.has(id) ? sizeOf(btf, id) : undefined;
}

function keyKindOf(btf: Btf, id: BtfId): MapBtf['keyKind'] {
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'VOID':
      return 'void';
    case 'STRUCT':
      return 'struct';
    case 'INT':
      return type.bits === 32 && type.bitsOffset === 0 ? 'int32' : 'other';
    default:
      return 'other';
  }
}
