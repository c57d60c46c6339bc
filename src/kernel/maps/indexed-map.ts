import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BpfMap } from './map.ts';

/** Map types whose key is a u32 index below `max_entries`. */
export abstract class IndexedMap extends BpfMap {
  /** The index that the key's bytes say. */
  protected indexOf(key: Uint8Array): number {
    const index =
      this.host.endian === 'little'
        ? key[0] | (key[1] << 8) | (key[2] << 16) | (key[3] << 24)
        : (key[0] << 24) | (key[1] << 16) | (key[2] << 8) | key[3];
    return index >>> 0;
  }

  protected indexBytes(index: number): Uint8Array {
    const little = [index & 0xff, (index >>> 8) & 0xff, (index >>> 16) & 0xff, index >>> 24];
    return Uint8Array.from(this.host.endian === 'little' ? little : little.reverse());
  }

  /** After no key, or one that is out of range, comes the first index. */
  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const { maxEntries } = this.attr;
    const index = key === undefined ? maxEntries : this.indexOf(key);
    if (index >= maxEntries) return this.indexBytes(0);
    return index === maxEntries - 1 ? -errno.ENOENT : this.indexBytes(index + 1);
  }
}
