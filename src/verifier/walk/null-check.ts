import { bpf_map_type } from '../../uapi/index.ts';
import { AUX, AUX2, ID, REF, TYPE } from '../domain/row.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_MAP_VALUE,
  PTR_TO_SOCKET,
  PTR_TO_XDP_SOCK,
} from '../state/reg-type.ts';
import { fieldsBehind } from '../types/field-table.ts';
import { setKnown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** The row's pointer is null, or is not: so are all of its id. */
export function resolveNull(walk: Walk, row: number, isNull: boolean): void {
  const { w } = walk;
  const id = w[row + ID];
  const reference = w[row + REF];
  // A null pointer is no reference: nothing has to be given back.
  if (isNull && reference !== 0 && reference === id) walk.dropReference(reference);
  walk.state.forEachRow((other) => {
    if (w[other + ID] === id && mayBeNull(w[other + TYPE])) resolve(walk, other, isNull);
  });
}

function resolve(walk: Walk, row: number, isNull: boolean): void {
  const { w } = walk;
  if (isNull) {
    setKnown(w, row, { low: 0, high: 0 });
    return;
  }
  markNotNull(walk, row);
  // The id said which pointers are null together. What may hold a lock is still told by it.
  if (!holdsLock(walk, row)) w[row + ID] = 0;
}

/** The pointer is not null; what is found in a map of maps or of sockets becomes what it is. */
export function markNotNull(walk: Walk, row: number): void {
  const { w } = walk;
  w[row + TYPE] &= ~PTR_MAYBE_NULL;
  if (baseType(w[row + TYPE]) !== PTR_TO_MAP_VALUE) return;
  const view = walk.mapViews[w[row + AUX]];
  if (view.innerIndex !== undefined) {
    w[row + TYPE] = CONST_PTR_TO_MAP;
    w[row + AUX] = view.innerIndex;
    const inner = walk.mapViews[view.innerIndex];
    // Timers and work of two inner maps are not to be mixed up.
    if (inner.fields.some(({ kind }) => UID_KINDS.includes(kind))) w[row + AUX2] = w[row + ID];
    return;
  }
  switch (view.attr.mapType) {
    case bpf_map_type.BPF_MAP_TYPE_XSKMAP:
      w[row + TYPE] = PTR_TO_XDP_SOCK;
      w[row + AUX] = 0;
      break;
    case bpf_map_type.BPF_MAP_TYPE_SOCKMAP:
    case bpf_map_type.BPF_MAP_TYPE_SOCKHASH:
      w[row + TYPE] = PTR_TO_SOCKET;
      w[row + AUX] = 0;
      break;
  }
}

const UID_KINDS: readonly string[] = ['timer', 'workqueue', 'task_work'];

/** Whether what the row points to has a lock, which is told by the row's id. */
export function holdsLock(walk: Walk, row: number): boolean {
  return fieldsBehind(walk, row).some(({ kind }) => kind === 'spin_lock' || kind === 'res_spin_lock');
}
