import type { Memory, Region } from '../../vm/index.ts';
import { kernelAddress, kernelOffset } from '../../vm/index.ts';

/** What programs make of the kernel's memory: where it is, how many hold it. */
interface HeapObject {
  readonly region: Region;
  /** Type in the program's own BTF; 0 for a kernel type. */
  readonly typeId: number;
  references: number;
}

/**
 * Objects that programs allocate. They are zero at first, and given back with the last reference.
 * DEVIATION: they live as long as the kernel's process does, also those that a saved map points to.
 */
export class ObjectHeap {
  readonly #memory: Memory;
  readonly #objects = new Map<number, HeapObject>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** @returns the address of `size` zero bytes with one reference */
  create(size: number, name: string, typeId = 0): bigint {
    const region = this.#memory.alloc(size, { kind: 'object', name });
    this.#objects.set(region.offset, { region, typeId, references: 1 });
    return kernelAddress(region.offset);
  }

  has(address: bigint): boolean {
    return this.#objects.has(kernelOffset(address));
  }

  hold(address: bigint): void {
    const object = this.#objects.get(kernelOffset(address));
    if (object) object.references++;
  }

  /** Gives a reference back. */
  drop(address: bigint): void {
    const object = this.#objects.get(kernelOffset(address));
    if (!object || --object.references > 0) return;
    this.#objects.delete(object.region.offset);
    this.#memory.free(object.region);
  }
}
