import type { BpfLink } from '../core/link.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { KernelState } from '../core/state.ts';
import type { StoredRecord } from '../core/store.ts';

/** How links are saved. */
export function linkCodec(state: () => KernelState): ObjectCodec<BpfLink> {
  return {
    restore(_id, record) {
      const { refs: _refs, users: _users, ...link } = record;
      return link as unknown as BpfLink;
    },
    record: (link) => ({ ...link }) as unknown as StoredRecord,
    release(link) {
      const { progs, maps, perfEvents } = state();
      if (link.progId !== 0) progs.drop(link.progId);
      if (link.targetProgId !== 0) progs.drop(link.targetProgId);
      if (link.mapId !== 0) maps.drop(link.mapId);
      if (link.perfEventId !== 0) perfEvents.drop(link.perfEventId);
    },
  };
}
