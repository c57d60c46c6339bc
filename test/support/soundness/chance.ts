import { createRandom } from '../random-program.ts';

/** Numbers at which arithmetic and comparisons change their mind. */
const EDGES: readonly number[] = [
  0, 1, -1, 2, -2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, -128, 255, 256, 511, 512, 4095, 0x7fff, 0x8000,
  0xffff, 0x1_0000, 0xff_ffff, 0x7fff_fffe, 0x7fff_ffff, -0x8000_0000, -0x7fff_ffff,
];

/** Seeded choices: the same seed makes the same choices everywhere. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = createRandom(seed);
  }

  /** A whole number from 0 to `end` exclusive. */
  below(end: number): number {
    return this.#next() % end;
  }

  /** A whole number, both ends inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of a hundred cases. */
  in100(percent: number): boolean {
    return this.#next() % 10_000 < percent * 100;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** A signed 32-bit number, mostly at an edge or small. */
  number(): number {
    switch (this.below(6)) {
      case 0:
        return this.#next() | 0;
      case 1:
        return this.below(64);
      case 2:
        return (this.pick(EDGES) + this.between(-1, 1)) | 0;
      default:
        return this.pick(EDGES);
    }
  }

  /** The number, or rarely one next to it: so that limits are met and missed. */
  nearly(value: number): number {
    return this.in100(2) ? value + this.pick([-8, -4, -1, 1, 1, 2, 4, 8]) : value;
  }
}
