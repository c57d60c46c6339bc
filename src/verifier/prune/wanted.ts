import { MAX_FRAMES } from '../state/frame.ts';
import { frameOfPlace, type History, type LinkedPlace, registerOfPlace, slotOfPlace } from './history.ts';

/** The registers and slots of stacks whose exact number is wanted, on the way back along a path. */
export class Wanted {
  /** The frame that the way back is in. */
  frame = 0;
  readonly #registers = new Uint16Array(MAX_FRAMES);
  /** Slots 0 to 31 and 32 to 63 of each frame. */
  readonly #slots = new Int32Array(2 * MAX_FRAMES);

  begin(frame: number): void {
    this.clear();
    this.frame = frame;
  }

  clear(): void {
    this.#registers.fill(0);
    this.#slots.fill(0);
  }

  get isEmpty(): boolean {
    for (let f = 0; f <= this.frame; f++) {
      if (this.#registers[f] !== 0 || this.#slots[2 * f] !== 0 || this.#slots[2 * f + 1] !== 0) return false;
    }
    return true;
  }

  /** Registers of a frame, a bit each. */
  registers(frame = this.frame): number {
    return this.#registers[frame];
  }

  has(register: number): boolean {
    return (this.#registers[this.frame] & (1 << register)) !== 0;
  }

  add(register: number, frame = this.frame): void {
    this.#registers[frame] |= 1 << register;
  }

  remove(register: number, frame = this.frame): void {
    this.#registers[frame] &= ~(1 << register);
  }

  hasSlot(frame: number, slot: number): boolean {
    return (this.#slots[2 * frame + (slot >> 5)] & (1 << (slot & 31))) !== 0;
  }

  addSlot(frame: number, slot: number): void {
    this.#slots[2 * frame + (slot >> 5)] |= 1 << (slot & 31);
  }

  removeSlot(frame: number, slot: number): void {
    this.#slots[2 * frame + (slot >> 5)] &= ~(1 << (slot & 31));
  }

  hasSlots(frame: number): boolean {
    return this.#slots[2 * frame] !== 0 || this.#slots[2 * frame + 1] !== 0;
  }

  /** Where one of the places that a step linked is wanted, all are. */
  link(history: History, end: number): void {
    const count = history.linked(end);
    for (let i = 0; i < count; i++) {
      if (!this.#hasPlace(history.place(end, i))) continue;
      for (let k = 0; k < count; k++) this.#addPlace(history.place(end, k));
      return;
    }
  }

  #hasPlace(place: LinkedPlace): boolean {
    const [frame, slot] = [frameOfPlace(place), slotOfPlace(place)];
    return slot < 0 ? (this.#registers[frame] & (1 << registerOfPlace(place))) !== 0 : this.hasSlot(frame, slot);
  }

  #addPlace(place: LinkedPlace): void {
    const [frame, slot] = [frameOfPlace(place), slotOfPlace(place)];
    if (slot < 0) this.add(registerOfPlace(place), frame);
    else this.addSlot(frame, slot);
  }
}
