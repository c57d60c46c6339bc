import { type Btf, type BtfId, resolveType } from '../../btf/index.ts';
import { AUX, AUX2, TYPE } from '../domain/row.ts';
import { baseType, MEM_ALLOC, PTR_TO_BTF_ID, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import type { MapView, Walk } from '../walk/walk.ts';
import { findFields, MAP_FIELDS, OBJECT_FIELDS, type TypedField } from './value-fields.ts';

const NONE: readonly TypedField[] = [];
const ofObjects = new WeakMap<Btf, Map<BtfId, readonly TypedField[]>>();
const ofMaps = new WeakMap<MapView, readonly TypedField[]>();

/** The special fields of an object of a program's own type. */
export function objectFields(btf: Btf, typeId: BtfId): readonly TypedField[] {
  let known = ofObjects.get(btf);
  if (!known) ofObjects.set(btf, (known = new Map()));
  let fields = known.get(typeId);
  if (!fields) {
    const found = findFields(btf, typeId, { kinds: OBJECT_FIELDS });
    known.set(typeId, (fields = typeof found === 'number' || !isWhole(btf, found) ? NONE : found));
  }
  return fields;
}

/** The special fields of a map's value, with the types that its BTF says. */
export function mapFields(walk: Walk, view: MapView): readonly TypedField[] {
  let fields = ofMaps.get(view);
  if (!fields) {
    const btf = view.btfId === 0 ? undefined : walk.options.btfById(view.btfId);
    const wanted = { kinds: MAP_FIELDS, version: walk.options.profile.version };
    const found = btf && view.fields.length > 0 ? findFields(btf, view.attr.btfValueTypeId ?? 0, wanted) : NONE;
    ofMaps.set(view, (fields = typeof found === 'number' || !btf || !isWhole(btf, found) ? NONE : found));
  }
  return fields;
}

/** The special fields of what a pointer leads to: a map's value, or an object of a program's own type. */
export function fieldsBehind(walk: Walk, row: number): readonly TypedField[] {
  const { w } = walk;
  const type = w[row + TYPE];
  if (baseType(type) === PTR_TO_MAP_VALUE) return mapFields(walk, walk.mapViews[w[row + AUX]]);
  if (baseType(type) === PTR_TO_BTF_ID && type & MEM_ALLOC)
    return objectFields(walk.btfs.at(w[row + AUX2]), w[row + AUX]);
  return NONE;
}

/** Whether the kernel knows of every list and tree what is in it: otherwise it knows none of the fields. */
function isWhole(btf: Btf, fields: readonly TypedField[]): boolean {
  return fields.every(({ kind, contains }) => {
    if (kind !== 'list_head' && kind !== 'rb_root') return true;
    const [name, node] = contains?.split(':') ?? [];
    const member = btf.findByName(name ?? '', 'STRUCT')?.members.find((other) => other.name === node);
    const wanted = kind === 'list_head' ? 'bpf_list_node' : 'bpf_rb_node';
    return member !== undefined && resolveType(btf, member.type).name === wanted;
  });
}
