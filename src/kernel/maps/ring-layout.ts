import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, NO_KEY } from './create-rules.ts';
import type { BpfMap, MapHost, MapLayout, MapSpec } from './map.ts';
import { structSize } from './memlock.ts';

/** Bytes before each record: u32 length with its two flag bits, u32 pages from the region's start to the header. */
export const RECORD_HEADER = 8;
/** Being written: not to be read yet. */
export const BUSY_BIT = 0x8000_0000;
/** Given up: to be passed over. */
export const DISCARD_BIT = 0x4000_0000;
/** Pages of the header and of the two positions, before the data. */
const META_PAGES = 3;

/** BPF_MAP_TYPE_RINGBUF and USER_RINGBUF: no key, no value, a power of two of whole pages. */
export function checkRing(attr: MapCreateAttr, { pageSize }: MapHost): Errno | 0 {
  const wrong = checkShape(attr, { key: NO_KEY, value: NO_KEY, flags: bpf_flags.BPF_F_NUMA_NODE });
  if (wrong) return wrong;
  const { maxEntries } = attr;
  const powerOfTwo = (maxEntries & (maxEntries - 1)) === 0;
  return powerOfTwo && maxEntries % pageSize === 0 ? 0 : -errno.EINVAL;
}

/** Where things stand in the region of a ring. */
export function ringLayout({ attr }: MapSpec, { pageSize }: MapHost): MapLayout {
  const data = META_PAGES * pageSize;
  const size = 2 * attr.maxEntries;
  return {
    size: data + size,
    kind: 'ringbuf',
    places: { elements: data },
    elements: { offset: data, stride: size, size },
  };
}

export function ringMemlock({ attr }: MapSpec, { pageSize }: MapHost): number {
  const pages = attr.maxEntries / pageSize;
  const pointers = META_PAGES + 2 * pages;
  return structSize.bpf_ringbuf_map + (META_PAGES + pages) * pageSize + pointers * structSize.pointer;
}

/**
 * The state that both kinds of ring share, as it lies in the linear memory and as mmap(2) shows it. `page` is the
 * machine's page size, `size` is `max_entries`; numbers are in the machine's byte order.
 *
 * | place      | what                                                                       |
 * |------------|----------------------------------------------------------------------------|
 * | 0          | the map's header                                                           |
 * | `page`     | u64 consumer position                                                      |
 * | 2 × `page` | u64 producer position, then (RINGBUF) u64 position of the first unfinished record |
 * | 3 × `page` | `size` bytes of data, then `size` bytes for what runs over their end         |
 *
 * A position counts bytes since the beginning; its record begins at `position % size` of the data.
 *
 * DEVIATION: Linux maps the data a second time behind itself, so that a record that runs over the end continues at the
 * beginning and yet reads in one piece. Linear memory has nothing twice: such a record simply lies in one piece over the
 * end, and the bytes at the beginning that it would have taken stay unused until the ring comes round. Whoever reads
 * record by record through a mapping of both halves, as libbpf does, sees no difference.
 */
export class RingState {
  readonly consumerPage: number;
  readonly producerPage: number;
  readonly data: number;
  readonly size: number;
  readonly #map: BpfMap;
  readonly #little: boolean;

  constructor(map: BpfMap) {
    const { pageSize, endian } = map.host;
    this.#map = map;
    this.#little = endian === 'little';
    this.size = map.attr.maxEntries;
    this.consumerPage = map.region.offset + pageSize;
    this.producerPage = map.region.offset + 2 * pageSize;
    this.data = map.region.offset + META_PAGES * pageSize;
  }

  get consumer(): number {
    return this.load64(this.consumerPage);
  }

  set consumer(position: number) {
    this.store64(this.consumerPage, position);
  }

  get producer(): number {
    return this.load64(this.producerPage);
  }

  set producer(position: number) {
    this.store64(this.producerPage, position);
  }

  /** Bytes that were written and not read yet. */
  get available(): number {
    return this.producer - this.consumer;
  }

  /** The place of the record header at a position. */
  headerPlace(position: number): number {
    return this.data + (position % this.size);
  }

  load32(place: number): number {
    this.#map.host.memory.touch(place, 4);
    return this.#map.host.memory.view().getUint32(place, this.#little);
  }

  store32(place: number, value: number): void {
    this.#map.host.memory.touch(place, 4);
    this.#map.host.memory.view().setUint32(place, value, this.#little);
  }

  load64(place: number): number {
    this.#map.host.memory.touch(place, 8);
    const view = this.#map.host.memory.view();
    const first = view.getUint32(place, this.#little);
    const second = view.getUint32(place + 4, this.#little);
    return this.#little ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second;
  }

  store64(place: number, value: number): void {
    this.#map.host.memory.touch(place, 8);
    this.#map.host.memory.view().setBigUint64(place, BigInt(value), this.#little);
  }
}
