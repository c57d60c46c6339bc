import { invariant } from '../../base/index.ts';
import { PAGE_SIZE } from '../../vm/index.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { PerfEvent } from '../core/perf-event.ts';
import type { KernelState } from '../core/state.ts';
import type { StoredRecord } from '../core/store.ts';
import { PerfRing } from '../maps/perf-ring.ts';
import { runOf, type SavedPages } from './saved-pages.ts';

/** How perf events are saved: those that a link, a map or a parked process holds, with their rings. */
export function perfEventCodec(state: () => KernelState, pages: SavedPages): ObjectCodec<PerfEvent> {
  return {
    restore(id, record) {
      const { attr, enabled, page, size } = record;
      const event: PerfEvent = { id, attr, enabled, ring: undefined } as unknown as PerfEvent;
      if (page !== undefined)
        event.ring = restoreRing(state(), pages, { id, page: page as number, size: size as number });
      if (event.ring) pages.restoredRing(event);
      return event;
    },
    record({ attr, enabled, ring }) {
      const place = ring && { page: runOf(ring.region).page, size: ring.region.size };
      return { attr, enabled, ...place } as unknown as StoredRecord;
    },
    release(event) {
      pages.removeRing(event);
      event.ring?.release();
    },
  };
}

/** The ring that lies in saved pages. */
function restoreRing(
  { memory, endian, profile }: KernelState,
  pages: SavedPages,
  { id, page, size }: { readonly id: number; readonly page: number; readonly size: number },
): PerfRing {
  const name = `perf event ${id}`;
  pages.expect({ page, count: Math.max(1, Math.ceil(size / PAGE_SIZE)) });
  const region = memory.allocPages(size, { kind: 'ringbuf', name, readable: false }, page);
  invariant(region, 'saved pages have room');
  memory.touch(region.offset, size);
  const { pageSize } = profile;
  return PerfRing.over({ memory, endian, pageSize, dataPages: size / pageSize - 1, eventId: BigInt(id), name }, region);
}
