import type { Memory } from '../../vm/index.ts';

/** Where a pool keeps its state, and the elements that it hands out. */
export interface PoolPlace {
  /** Place of the pool's own fields. */
  readonly at: number;
  /** Place of the first element. */
  readonly elements: number;
  readonly stride: number;
  readonly capacity: number;
}

/** Bytes of the elements that a map has room for, if they are made on demand (BPF_F_NO_PREALLOC). */
const ON_DEMAND_ROOM = 0x1000_0000;

/**
 * How many elements to have room for, where Linux allocates each when it is needed.
 *
 * DEVIATION: in Linux such a map ends where memory does; here at 256 MiB of elements, with -ENOMEM as there.
 */
export function onDemandCapacity(elements: number, stride: number): number {
  return Math.min(elements, Math.floor(ON_DEMAND_ROOM / stride) + 1);
}

/**
 * Elements of one size, handed out and taken back, without touching those that never were in use. Its own state:
 *
 * | at | what                                                                              |
 * |----|-----------------------------------------------------------------------------------|
 * | 0  | u32 place of the first free element, linked by the first u32 of each; 0 for none    |
 * | 4  | u32 index of the first element that never was in use                               |
 */
export class ElementPool {
  readonly memory: Memory;
  readonly place: PoolPlace;

  constructor(memory: Memory, place: PoolPlace) {
    this.memory = memory;
    this.place = place;
  }

  /** An element, its bytes as they were left; 0 when all are in use. */
  take(): number {
    const { at, elements, stride, capacity } = this.place;
    const free = this.load(at);
    if (free !== 0) {
      this.memory.touch(free, stride);
      this.store(at, this.load(free));
      return free;
    }
    const index = this.load(at + 4);
    if (index >= capacity) return 0;
    this.store(at + 4, index + 1);
    const element = elements + index * stride;
    this.memory.touch(element, stride);
    return element;
  }

  giveBack(element: number): void {
    this.store(element, this.load(this.place.at));
    this.store(this.place.at, element);
  }

  /** Place of the first byte that was never handed out. */
  get end(): number {
    return this.place.elements + this.load(this.place.at + 4) * this.place.stride;
  }

  /** Whether the element is one of this pool's. */
  owns(element: number): boolean {
    const { elements, stride, capacity } = this.place;
    return element >= elements && element < elements + stride * capacity;
  }

  protected load(at: number): number {
    this.memory.touch(at, 4);
    return this.memory.view().getUint32(at, true);
  }

  protected store(at: number, value: number): void {
    this.memory.touch(at, 4);
    this.memory.view().setUint32(at, value, true);
  }
}
