import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BpfMap } from './map.ts';

/** The index after one: the first after none, or after one that is out of range; -ENOENT after the last. */
export function nextIndex(index: number | undefined, maxEntries: number): number | Errno {
  if (index === undefined || index >= maxEntries) return 0;
  return index === maxEntries - 1 ? -errno.ENOENT : index + 1;
}

/** Map types whose key is a u32 index below `max_entries`. */
export abstract class IndexedMap extends BpfMap {
  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const next = nextIndex(key && this.u32Of(key), this.attr.maxEntries);
    return next < 0 ? next : this.u32Bytes(next);
  }
}
