import type { Memory, Region } from '../../vm/index.ts';

/**
 * The bytes of one packet with room before and behind. Programs may touch only what lies between `begin` and `end`; the
 * window follows as head and tail move.
 */
export class PacketMemory {
  readonly memory: Memory;
  readonly region: Region;
  readonly #window: { offset: number; stride: number; size: number; trailer: number };

  /** @param trailer bytes at the end that programs may always touch */
  constructor(memory: Memory, size: number, trailer = 0) {
    this.memory = memory;
    this.#window = { offset: 0, stride: size, size, trailer };
    this.region = memory.alloc(size, { kind: 'packet', name: 'packet', elements: this.#window });
  }

  /** First byte of the room, as an offset of the memory. */
  get start(): number {
    return this.region.offset;
  }

  get size(): number {
    return this.region.size;
  }

  /** Lets programs see the bytes from `begin` to `end`, both offsets of the memory. */
  show(begin: number, end: number): void {
    this.#window.offset = begin - this.region.offset;
    this.#window.size = Math.max(0, end - begin);
    // One window only: a stride that no second one fits into.
    this.#window.stride = this.region.size + 1;
  }

  free(): void {
    this.memory.free(this.region);
  }
}
