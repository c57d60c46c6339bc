/** Registers and slots of a stack: what is printed of a frame. */
export interface Marks {
  has(register: number): boolean;
  hasSlot(slot: number): boolean;
}

export const EVERYTHING: Marks = { has: () => true, hasSlot: () => true };
