import type { Memory, Region } from './memory.ts';
import { kernelAddress } from './memory.ts';

/** Bytes of one frame. */
export const FRAME_SIZE = 512;
/** Bytes on either side of a frame that nobody may touch, so that a run over its end is seen. */
const GUARD = 256;

/**
 * The frames that run on one memory, one above the other: a run that begins while another waits (a callback, a program
 * that a helper sets off) goes on where that one is. Only frames in use can be read and written.
 */
export class Stack {
  readonly #memory: Memory;
  readonly #frames: Region[] = [];
  #depth = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Frames in use. */
  get depth(): number {
    return this.#depth;
  }

  /** Takes the next frame, zeroed. @returns the address of its end, which is where R10 points */
  push(): bigint {
    const frame = (this.#frames[this.#depth] ??= this.#make(this.#depth));
    this.#depth++;
    frame.readable = true;
    frame.writable = true;
    return this.reset();
  }

  /** Zeroes the frame on top. @returns the address of its end */
  reset(): bigint {
    const begin = this.#frames[this.#depth - 1].offset + GUARD;
    this.#memory.bytes().fill(0, begin, begin + FRAME_SIZE);
    return kernelAddress(begin + FRAME_SIZE);
  }

  /** Gives back the frames above `depth`. */
  popTo(depth: number): void {
    while (this.#depth > depth) {
      const frame = this.#frames[--this.#depth];
      frame.readable = false;
      frame.writable = false;
    }
  }

  #make(depth: number): Region {
    return this.#memory.alloc(FRAME_SIZE + 2 * GUARD, {
      kind: 'stack',
      name: `stack frame ${depth}`,
      elements: { offset: GUARD, stride: FRAME_SIZE + 2 * GUARD, size: FRAME_SIZE },
    });
  }
}
