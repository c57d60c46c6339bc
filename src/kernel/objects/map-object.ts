import { invariant } from '../../base/index.ts';
import { PAGE_SIZE } from '../../vm/index.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { KernelState } from '../core/state.ts';
import type { StoredRecord } from '../core/store.ts';
import type { BpfMap, MapRecord } from '../maps/map.ts';
import { restoreMap } from '../maps/registry.ts';
import type { SavedPages } from './saved-pages.ts';

/** How maps are saved: what makes them a record, their state as pages. */
export function mapCodec(state: () => KernelState, pages: SavedPages): ObjectCodec<BpfMap> {
  return {
    restore(id, saved) {
      const { refs: _refs, users: _users, ...fields } = saved;
      const record = fields as unknown as MapRecord;
      pages.expect({ page: record.page, count: Math.max(1, Math.ceil(record.size / PAGE_SIZE)) });
      const map = restoreMap(state().mapHost, record);
      invariant(typeof map !== 'number', `map ${id} is of a known type`);
      pages.restoredMap(map);
      return map;
    },
    record: (map) => map.record as unknown as StoredRecord,
    usersGone: (map) => map.userReferencesGone(),
    release(map) {
      pages.removeMap(map);
      const { btfs } = state();
      const { btfId, inner } = map.spec;
      map.release();
      if (btfId !== 0) btfs.drop(btfId);
      if (inner?.btfId) btfs.drop(inner.btfId);
    },
  };
}
