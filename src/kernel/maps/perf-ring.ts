import { alignUp, type Endian } from '../../base/index.ts';
import type { Memory, Region } from '../../vm/index.ts';

/** `struct perf_event_header`: u32 type, u16 misc, u16 size of the record with it. */
const HEADER = 8;
const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const LOST_SIZE = 24;
const TIME_SIZE = 8;
/** Fields of `struct perf_event_mmap_page`. */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;

/** How a ring is made. */
interface PerfRingOptions {
  readonly memory: Memory;
  readonly endian: Endian;
  readonly pageSize: number;
  /** Pages of data: a power of two. */
  readonly dataPages: number;
  /** Id of the perf event: what PERF_RECORD_LOST names. */
  readonly eventId: bigint;
  readonly name: string;
}

/**
 * The ring of one perf event as mmap(2) shows it: a page with head and tail, then the data, in which records wrap. All of
 * it lies in `region`; numbers are in the machine's byte order.
 */
export class PerfRing {
  readonly region: Region;
  readonly #options: PerfRingOptions;
  readonly #little: boolean;
  readonly #data: number;
  readonly #size: number;
  /** The count of lost records stands at the end of the first page, so that it is saved with the ring. */
  readonly #lostAt: number;

  private constructor(options: PerfRingOptions, region: Region) {
    const { pageSize, dataPages } = options;
    this.region = region;
    this.#options = options;
    this.#little = options.endian === 'little';
    this.#data = region.offset + pageSize;
    this.#size = pageSize * dataPages;
    this.#lostAt = pageSize - 8;
    this.#store64(DATA_OFFSET, BigInt(pageSize));
    this.#store64(DATA_SIZE, BigInt(this.#size));
  }

  /** @returns undefined when there is no memory for it */
  static create(options: PerfRingOptions): PerfRing | undefined {
    const size = (1 + options.dataPages) * options.pageSize;
    const region = options.memory.allocPages(size, { kind: 'ringbuf', name: options.name, readable: false });
    return region && new PerfRing(options, region);
  }

  /** The writer of a ring whose region is there already. */
  static over(options: PerfRingOptions, region: Region): PerfRing {
    return new PerfRing(options, region);
  }

  /** Whether poll(2) finds something to read. */
  get readable(): boolean {
    return this.#load64(DATA_HEAD) !== this.#load64(DATA_TAIL);
  }

  /** Bytes of data after the first page. */
  get dataSize(): number {
    return this.#size;
  }

  /** Records that found no room and have not been reported yet. */
  get lost(): bigint {
    return this.#load64(this.#lostAt);
  }

  /**
   * PERF_RECORD_SAMPLE with PERF_SAMPLE_RAW: the time where there is one (PERF_SAMPLE_TIME), u32 size, then the parts one
   * after the other, padded so that the record is a multiple of 8 bytes (the padding counts into the size, as in Linux).
   * @returns false when it found no room and is lost
   */
  outputRaw({ misc, time }: { misc: number; time?: bigint }, ...parts: readonly Uint8Array[]): boolean {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const raw = alignUp(length + 4, 8);
    const start = HEADER + (time === undefined ? 0 : TIME_SIZE);
    const record = new Uint8Array(start + raw);
    const view = this.#header(record, PERF_RECORD_SAMPLE, misc);
    if (time !== undefined) view.setBigUint64(HEADER, time, this.#little);
    view.setUint32(start, raw - 4, this.#little);
    let at = start + 4;
    for (const part of parts) {
      record.set(part, at);
      at += part.length;
    }
    return this.output(record);
  }

  /** Writes a whole record, after one that says how many were lost before. @returns false when it found no room */
  output(record: Uint8Array): boolean {
    const { lost: count } = this;
    const need = record.length + (count > 0n ? LOST_SIZE : 0);
    const used = Number(this.#load64(DATA_HEAD) - this.#load64(DATA_TAIL));
    if (record.length > 0xffff || used + need >= this.#size) {
      this.#store64(this.#lostAt, count + 1n);
      return false;
    }
    if (count > 0n) {
      const lost = new Uint8Array(LOST_SIZE);
      const view = this.#header(lost, PERF_RECORD_LOST, 0);
      view.setBigUint64(HEADER, this.#options.eventId, this.#little);
      view.setBigUint64(HEADER + 8, count, this.#little);
      this.#append(lost);
      this.#store64(this.#lostAt, 0n);
    }
    this.#append(record);
    return true;
  }

  release(): void {
    this.#options.memory.freePages(this.region);
  }

  #header(record: Uint8Array, type: number, misc: number): DataView {
    const view = new DataView(record.buffer);
    view.setUint32(0, type, this.#little);
    view.setUint16(4, misc, this.#little);
    view.setUint16(6, record.length, this.#little);
    return view;
  }

  #append(record: Uint8Array): void {
    const head = this.#load64(DATA_HEAD);
    const at = Number(head % BigInt(this.#size));
    const first = Math.min(record.length, this.#size - at);
    const bytes = this.#options.memory.bytes();
    bytes.set(record.subarray(0, first), this.#data + at);
    bytes.set(record.subarray(first), this.#data);
    this.#store64(DATA_HEAD, head + BigInt(record.length));
  }

  #load64(field: number): bigint {
    return this.#options.memory.view().getBigUint64(this.region.offset + field, this.#little);
  }

  #store64(field: number, value: bigint): void {
    this.#options.memory.view().setBigUint64(this.region.offset + field, value, this.#little);
  }
}
