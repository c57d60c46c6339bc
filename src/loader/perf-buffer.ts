import { ByteReader, ByteWriter, type Endian } from '../base/index.ts';
import { type Fd, isErrno, type MappedMemory, type System } from '../syscall/index.ts';
import { errno } from '../uapi/index.ts';
import { errSyscall } from './errors.ts';
import type { MapHandle } from './map-handle.ts';

/** What a program wrote with `bpf_perf_event_output`, or how many such records there was no room for. */
export type PerfRecord =
  | {
      readonly kind: 'sample';
      readonly cpu: number;
      readonly index: number;
      /** Nanoseconds of the monotonic clock. */
      readonly time: bigint;
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'lost';
      readonly cpu: number;
      readonly index: number;
      readonly id: bigint;
      readonly count: bigint;
    };

export interface PerfBufferOptions {
  /** Pages of each CPU's ring, a power of two; default 8. */
  readonly pages?: number;
  /** CPUs and the map's indexes that their rings are put at; default every CPU at its own number. */
  readonly rings?: readonly PerfRingPlace[];
}

/** Which CPU's records a ring has, and where in the map it is. */
export interface PerfRingPlace {
  readonly cpu: number;
  readonly index: number;
  /** Of a ring that this process has in the map already: it is read on, not opened. */
  readonly fd?: Fd;
}

const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const HEADER_SIZE = 8;
/** Bytes of the event's first page where the positions stand. @see include/uapi/linux/perf_event.h (v6.12) */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;

interface CpuRing extends PerfRingPlace {
  readonly fd: Fd;
  readonly memory: MappedMemory;
}

/** The consumer's side of a `BPF_MAP_TYPE_PERF_EVENT_ARRAY`: a ring for each CPU. */
export class PerfBuffer {
  readonly #map: MapHandle;
  readonly #system: System;
  readonly #endian: Endian;
  readonly #pageSize: number;
  readonly #rings: CpuRing[] = [];

  /** Opens the rings and puts them into the map. @throws {SyscallError} */
  constructor(map: MapHandle, options: PerfBufferOptions = {}) {
    this.#map = map;
    this.#system = map.system;
    const { cpus, pageSize, endian } = map.system.machineFacts();
    this.#endian = endian;
    this.#pageSize = pageSize;
    const slots = Math.min(cpus, map.info().maxEntries);
    const rings = options.rings ?? Array.from({ length: slots }, (_, cpu) => ({ cpu, index: cpu }));
    for (const ring of rings) this.#open(ring, options.pages ?? 8);
  }

  /** The rings that are open; CPUs that are offline have none. */
  get rings(): readonly Required<PerfRingPlace>[] {
    return this.#rings.map(({ cpu, index, fd }) => ({ cpu, index, fd }));
  }

  /** The records that are there now: ring by ring, in each oldest first. */
  *read(): Generator<PerfRecord> {
    for (const ring of this.#rings) yield* this.#readRing(ring);
  }

  /** Records as they come, until `signal` ends it. */
  async *records(signal?: AbortSignal): AsyncGenerator<PerfRecord> {
    while (signal?.aborted !== true) {
      yield* this.read();
      const woken = new AbortController();
      const stop = signal === undefined ? woken.signal : AbortSignal.any([signal, woken.signal]);
      await Promise.race(this.#rings.map(({ fd }) => this.#system.poll(fd, undefined, stop)));
      woken.abort();
    }
  }

  /** Takes the rings out of the map and closes them. */
  close(): void {
    for (const { index, fd, memory } of this.#rings) {
      this.#system.mapDeleteElem(this.#map.fd, this.#word(index));
      memory.unmap();
      this.#system.close(fd);
    }
  }

  #open({ cpu, index, fd: opened }: PerfRingPlace, pages: number): void {
    const event = { type: 'bpf_output' as const };
    const attr = { event, pid: -1, cpu, samplePeriod: 1n, wakeupEvents: 1, sampleTime: true };
    const fd = opened ?? this.#system.perfEventOpen(attr);
    // A CPU that is possible but offline has no events.
    if (fd === -errno.ENODEV) return;
    if (isErrno(fd)) throw errSyscall('perf_event_open', this.#map.name, fd);
    const memory = this.#system.mmap(fd, 0, (pages + 1) * this.#pageSize, { write: true });
    if (isErrno(memory)) throw errSyscall('mmap', this.#map.name, memory);
    this.#rings.push({ cpu, index, fd, memory: memory as MappedMemory });
    if (opened !== undefined) return;
    const updated = this.#system.mapUpdateElem(this.#map.fd, this.#word(index), this.#word(fd));
    if (isErrno(updated)) throw errSyscall('BPF_MAP_UPDATE_ELEM', this.#map.name, updated);
  }

  *#readRing({ cpu, index, memory }: CpuRing): Generator<PerfRecord> {
    const size = memory.length - this.#pageSize;
    for (;;) {
      const bytes = memory.bytes();
      const reader = new ByteReader(bytes, this.#endian);
      const tail = reader.u64(DATA_TAIL);
      if (tail === reader.u64(DATA_HEAD)) return;
      const at = Number(tail % BigInt(size));
      // Records are multiples of 8 bytes, so a header is never cut.
      const length = reader.u16(this.#pageSize + at + 6);
      const record = this.#wrapped(bytes, { at, length, size });
      bytes.set(new ByteWriter(this.#endian, 8).u64(tail + BigInt(length)).toBytes(), DATA_TAIL);
      const parsed = parseRecord(new ByteReader(record, this.#endian), { cpu, index });
      if (parsed) yield parsed;
      if (length === 0) return;
    }
  }

  /** A copy of a record, which may go on at the ring's start. */
  #wrapped(bytes: Uint8Array, { at, length, size }: { at: number; length: number; size: number }): Uint8Array {
    const record = new Uint8Array(length);
    const first = Math.min(length, size - at);
    record.set(bytes.subarray(this.#pageSize + at, this.#pageSize + at + first));
    record.set(bytes.subarray(this.#pageSize, this.#pageSize + length - first), first);
    return record;
  }

  #word(value: number): Uint8Array {
    return new ByteWriter(this.#endian, 4).u32(value).toBytes();
  }
}

/** `PERF_SAMPLE_TIME | PERF_SAMPLE_RAW`: the time, the size, the data; or id and count of what was lost. */
function parseRecord(reader: ByteReader, place: { cpu: number; index: number }): PerfRecord | undefined {
  if (reader.length < HEADER_SIZE + 16 && reader.length < HEADER_SIZE + 12) return undefined;
  const type = reader.u32(0);
  if (type === PERF_RECORD_LOST) {
    return { kind: 'lost', ...place, id: reader.u64(HEADER_SIZE), count: reader.u64(HEADER_SIZE + 8) };
  }
  if (type !== PERF_RECORD_SAMPLE) return undefined;
  const data = reader.slice(HEADER_SIZE + 12, reader.u32(HEADER_SIZE + 8)).slice();
  return { kind: 'sample', ...place, time: reader.u64(HEADER_SIZE), data };
}
