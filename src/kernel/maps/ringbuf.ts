import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Memory } from '../../vm/index.ts';
import { BpfMap, type MappedRange, type MapType } from './map.ts';
import { BUSY_BIT, checkRing, DISCARD_BIT, RECORD_HEADER, RingState, ringLayout, ringMemlock } from './ring-layout.ts';

const { BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP } = bpf_flags;
const WAKEUP_FLAGS = BigInt(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP);
const MAX_RECORD = 0x3fff_ffff;

/**
 * The first byte of the region of the ring that a reserved record belongs to.
 * @param sample what `reserve` gave
 */
export function ringOfSample(
  memory: Memory,
  sample: number,
  { pageSize, little }: { pageSize: number; little: boolean },
) {
  const header = sample - RECORD_HEADER;
  memory.touch(header, RECORD_HEADER);
  const pages = memory.view().getUint32(header + 4, little);
  return header - (header % pageSize) - pages * pageSize;
}

/** BPF_MAP_TYPE_RINGBUF: the places of ring-layout.ts; programs write, processes read through a mapping. */
export class RingbufMap extends BpfMap {
  readonly #ring = new RingState(this);

  override memlock(): number {
    return ringMemlock(this.spec, this.host);
  }

  /** Whether poll(2) finds something to read. */
  get readable(): boolean {
    return this.#ring.available > 0;
  }

  /** bpf_ringbuf_reserve. @returns the place of `size` bytes, 0 where there is no room */
  reserve(size: number): number {
    const ring = this.#ring;
    const length = alignUp(size + RECORD_HEADER, 8);
    if (size > MAX_RECORD || length > ring.size) return 0;
    const position = ring.producer;
    const next = position + length;
    const pending = this.#firstPending(position);
    if (next - ring.consumer > ring.size - 1 || next - pending > ring.size - 1) return 0;
    const header = ring.headerPlace(position);
    ring.store32(header, (size | BUSY_BIT) >>> 0);
    ring.store32(header + 4, Math.floor((header - this.region.offset) / this.host.pageSize));
    ring.producer = next;
    this.host.memory.touch(header, length);
    return header + RECORD_HEADER;
  }

  /** bpf_ringbuf_submit and, with `discard`, bpf_ringbuf_discard. @param sample what `reserve` gave */
  commit(sample: number, flags: bigint, discard: boolean): void {
    const ring = this.#ring;
    const header = sample - RECORD_HEADER;
    const length = ring.load32(header) & ~BUSY_BIT;
    ring.store32(header, (discard ? length | DISCARD_BIT : length) >>> 0);
    const waiting = ring.consumer % ring.size === header - ring.data;
    const force = (flags & BigInt(BPF_RB_FORCE_WAKEUP)) !== 0n;
    const silent = (flags & BigInt(BPF_RB_NO_WAKEUP)) !== 0n;
    if (force || (waiting && !silent)) this.host.wake(this);
  }

  /** bpf_ringbuf_output. */
  output(data: number, size: number, flags: bigint): Errno | 0 {
    if (flags & ~WAKEUP_FLAGS) return -errno.EINVAL;
    const sample = this.reserve(size);
    if (sample === 0) return -errno.EAGAIN;
    this.host.memory.bytes().copyWithin(sample, data, data + size);
    this.commit(sample, flags, false);
    return 0;
  }

  /** bpf_ringbuf_query. */
  query(what: bigint): bigint {
    switch (Number(what)) {
      case bpf_flags.BPF_RB_AVAIL_DATA:
        return BigInt(this.#ring.available);
      case bpf_flags.BPF_RB_RING_SIZE:
        return BigInt(this.#ring.size);
      case bpf_flags.BPF_RB_CONS_POS:
        return BigInt(this.#ring.consumer);
      case bpf_flags.BPF_RB_PROD_POS:
        return BigInt(this.#ring.producer);
      default:
        return 0n;
    }
  }

  /** Only the page of the consumer position may be written. */
  override mmapRange(offset: number, length: number, write: boolean): MappedRange | Errno {
    const refusal = this.mmapRefusal(write);
    if (refusal) return refusal;
    const { pageSize } = this.host;
    const bytes = alignUp(length, pageSize);
    if (write && (offset !== 0 || bytes !== pageSize)) return -errno.EPERM;
    const place = this.#ring.consumerPage + offset;
    if (place + bytes > this.#ring.data + 2 * this.#ring.size) return -errno.EINVAL;
    return { offset: place, length: bytes };
  }

  /** The position of the first record that is still being written, remembered in the ring. */
  #firstPending(producer: number): number {
    const ring = this.#ring;
    const place = ring.producerPage + 8;
    let pending = ring.load64(place);
    while (pending < producer) {
      const length = ring.load32(ring.headerPlace(pending));
      if (length >= BUSY_BIT) break;
      pending += alignUp((length & ~DISCARD_BIT) + RECORD_HEADER, 8);
    }
    ring.store64(place, pending);
    return pending;
  }
}

export const ringbuf: MapType = {
  check: checkRing,
  btf: 'unsupported',
  layout: ringLayout,
  open: (host, spec, region) => new RingbufMap(host, spec, region),
};
