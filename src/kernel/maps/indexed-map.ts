import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BpfMap } from './map.ts';

/** Map types whose key is a u32 index below `max_entries`. */
export abstract class IndexedMap extends BpfMap {
  /** After no key, or one that is out of range, comes the first index. */
  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const { maxEntries } = this.attr;
    const index = key === undefined ? maxEntries : this.u32Of(key);
    if (index >= maxEntries) return this.u32Bytes(0);
    return index === maxEntries - 1 ? -errno.ENOENT : this.u32Bytes(index + 1);
  }
}
