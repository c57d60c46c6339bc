import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BpfMap, type MappedRange, type MapType } from './map.ts';
import { BUSY_BIT, checkRing, DISCARD_BIT, RECORD_HEADER, RingState, ringLayout, ringMemlock } from './ring-layout.ts';

/** A record that a process wrote: where it lies and how long it is. */
export interface UserRecord {
  readonly place: number;
  readonly length: number;
}

/** BPF_MAP_TYPE_USER_RINGBUF: the places of ring-layout.ts; processes write through a mapping, programs drain. */
export class UserRingbufMap extends BpfMap {
  readonly #ring = new RingState(this);

  override memlock(): number {
    return ringMemlock(this.spec, this.host);
  }

  /** Whether poll(2) finds room to write. */
  get writable(): boolean {
    return this.#ring.available < this.#ring.size;
  }

  /**
   * The record that is next to be read; what was given up is passed over.
   * @returns -ENODATA where there is none, -EAGAIN for one that is still being written, -EINVAL or -E2BIG for a broken ring
   */
  peek(): UserRecord | Errno {
    const ring = this.#ring;
    for (;;) {
      const { producer, consumer } = ring;
      if (producer % 8 !== 0) return -errno.EINVAL;
      if (consumer >= producer) return -errno.ENODATA;
      const header = ring.headerPlace(consumer);
      const word = ring.load32(header);
      if (word >= BUSY_BIT) return -errno.EAGAIN;
      const length = word & ~DISCARD_BIT;
      const taken = alignUp(length + RECORD_HEADER, 8);
      if (taken > producer - consumer) return -errno.EINVAL;
      if (length > ring.size) return -errno.E2BIG;
      if (!(word & DISCARD_BIT)) {
        this.host.memory.touch(header, taken);
        return { place: header + RECORD_HEADER, length };
      }
      ring.consumer = consumer + taken;
    }
  }

  /** The record that `peek` gave has been read. */
  consume(record: UserRecord): void {
    this.#ring.consumer += alignUp(record.length + RECORD_HEADER, 8);
  }

  /** The page of the consumer position is the kernel's. */
  override mmapRange(offset: number, length: number, write: boolean): MappedRange | Errno {
    const refusal = this.mmapRefusal(write);
    if (refusal) return refusal;
    if (write && offset === 0) return -errno.EPERM;
    const bytes = alignUp(length, this.host.pageSize);
    const place = this.#ring.consumerPage + offset;
    if (place + bytes > this.#ring.data + 2 * this.#ring.size) return -errno.EINVAL;
    return { offset: place, length: bytes };
  }
}

export const userRingbuf: MapType = {
  check: checkRing,
  btf: 'unsupported',
  layout: ringLayout,
  open: (host, spec, region) => new UserRingbufMap(host, spec, region),
};
