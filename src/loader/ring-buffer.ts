import { ByteReader, ByteWriter, type Endian } from '../base/index.ts';
import { isErrno, type MappedMemory, type System } from '../syscall/index.ts';
import { errSyscall } from './errors.ts';
import type { MapHandle } from './map-handle.ts';

/** A record's header: its length with two flags, and a page offset for the kernel. */
const HEADER_SIZE = 8;
const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;

/**
 * The consumer's side of a `BPF_MAP_TYPE_RINGBUF`: a page with the consumer's position that we write, a page with the
 * producer's and, behind it, the data twice over, so that no record is cut.
 * @see Documentation/bpf/ringbuf.rst (v6.12)
 */
export class RingBuffer {
  readonly #map: MapHandle;
  readonly #system: System;
  readonly #endian: Endian;
  readonly #pageSize: number;
  readonly #size: number;
  readonly #consumer: MappedMemory;
  readonly #producer: MappedMemory;

  /** @throws {SyscallError} where the map is no ring buffer */
  constructor(map: MapHandle) {
    this.#map = map;
    this.#system = map.system;
    const { pageSize, endian } = map.system.machineFacts();
    this.#endian = endian;
    this.#pageSize = pageSize;
    this.#size = map.info().maxEntries;
    this.#consumer = this.#mmap(0, pageSize, true);
    this.#producer = this.#mmap(pageSize, pageSize + 2 * this.#size, false);
  }

  /** The records that are there now, oldest first, as copies; each is given back to the ring once it was taken. */
  *read(): Generator<Uint8Array> {
    for (let consumed = this.#position(this.#consumer); consumed < this.#position(this.#producer); ) {
      const reader = new ByteReader(this.#producer.bytes(), this.#endian);
      const at = this.#pageSize + Number(consumed & BigInt(this.#size - 1));
      const header = reader.u32(at);
      if ((header & BUSY) !== 0) return;
      const length = header & LENGTH_MASK;
      const record = (header & DISCARDED) === 0 ? reader.slice(at + HEADER_SIZE, length).slice() : undefined;
      consumed += BigInt((length + HEADER_SIZE + 7) & ~7);
      this.#consumer.bytes().set(new ByteWriter(this.#endian, 8).u64(consumed).toBytes());
      if (record !== undefined) yield record;
    }
  }

  /** Records as they come, until `signal` ends it. */
  async *records(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    while (signal?.aborted !== true) {
      yield* this.read();
      await this.#system.poll(this.#map.fd, undefined, signal);
    }
  }

  close(): void {
    this.#consumer.unmap();
    this.#producer.unmap();
  }

  #position(memory: MappedMemory): bigint {
    return new ByteReader(memory.bytes(), this.#endian).u64(0);
  }

  #mmap(offset: number, length: number, write: boolean): MappedMemory {
    const memory = this.#system.mmap(this.#map.fd, offset, length, { write });
    if (isErrno(memory)) throw errSyscall('mmap', this.#map.name, memory);
    return memory as MappedMemory;
  }
}
