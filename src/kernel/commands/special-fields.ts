import type { Btf, BtfId } from '../../btf/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { findFields, MAP_FIELDS } from '../../verifier/index.ts';
import type { SpecialField, SpecialFieldKind } from '../maps/map.ts';

/**
 * The fields of a value type that a kernel of that version gives a meaning, in order of offset.
 * @returns -E2BIG for too many or one too often, -EINVAL where one is misplaced, -EEXIST where two overlap
 */
export function findSpecialFields(btf: Btf, valueType: BtfId, version: string): SpecialField[] | Errno {
  const fields = findFields(btf, valueType, { kinds: MAP_FIELDS, version });
  if (typeof fields === 'number') return fields;
  return fields.map(({ kind, offset, size }) => ({ kind: kind as SpecialFieldKind, offset, size }));
}
