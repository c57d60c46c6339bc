import { isKnown } from '../domain/bounds.ts';
import { AUX, OFF, TYPE, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import { fieldsBehind } from '../types/field-table.ts';
import type { FieldKind } from '../types/value-fields.ts';
import type { Walk } from '../walk/walk.ts';

/** A field that a map's value or an object has one of. */
export interface SingleField {
  readonly kind: FieldKind;
  /** `bpf_timer` */
  readonly struct: string;
}

/** Whether the register leads to the field of the map's value, or of the program's own object. */
export function checkFieldPlace(walk: Walk, register: number, { kind, struct }: SingleField): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. ${struct} has to be at the constant offset`);
  }
  const view = baseType(w[row + TYPE]) === PTR_TO_MAP_VALUE ? walk.mapViews[w[row + AUX]] : undefined;
  const name = view?.attr.mapName ?? '';
  if (view?.btfId === 0) return walk.invalid(`map '${name}' has to have BTF in order to use ${struct}`);
  const field = fieldsBehind(walk, row).find((other) => other.kind === kind);
  if (!field) return walk.invalid(`${view ? `map '${name}'` : "local 'kptr'"} has no valid ${struct}`);
  const at = w[row + OFF] + w[row + VALUE];
  if (field.offset === at) return undefined;
  return walk.invalid(`off ${at} doesn't point to 'struct ${struct}' that is at ${field.offset}`);
}
