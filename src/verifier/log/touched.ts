import type { Marks } from './marks.ts';

const ALL_REGISTERS = (1 << 11) - 1;

/** Registers and slots of a stack that the instruction read or wrote: what is printed after it. */
export class Touched implements Marks {
  #registers = 0;
  #slots = [0, 0];

  get isEmpty(): boolean {
    return this.#registers === 0 && this.#slots[0] === 0 && this.#slots[1] === 0;
  }

  has(register: number): boolean {
    return (this.#registers & (1 << register)) !== 0;
  }

  hasSlot(slot: number): boolean {
    return (this.#slots[slot >> 5] & (1 << (slot & 31))) !== 0;
  }

  add(register: number): void {
    this.#registers |= 1 << register;
  }

  addSlot(slot: number): void {
    if (slot >= 0 && slot < 64) this.#slots[slot >> 5] |= 1 << (slot & 31);
  }

  addAll(): void {
    this.#registers = ALL_REGISTERS;
    this.#slots = [-1, -1];
  }

  clear(): void {
    this.#registers = 0;
    this.#slots = [0, 0];
  }
}
