/*
 * What a step of a path did that cannot be told from the program alone: where it came from, and what it moved between
 * registers and stack. Steps lie in one array, each as the places that it linked, then three numbers: the instruction, the
 * one walked before it, and facts.
 */

/** The first register of a conditional jump is a pointer to a stack. */
export const DST_ON_STACK = 1;
/** The second one is. */
export const SRC_ON_STACK = 2;
/** The instruction spilled to a slot of a stack, or filled from it. */
const STACK = 4;
const FRAME_SHIFT = 3;
const SLOT_SHIFT = 6;
const LINKED_SHIFT = 12;
const NUMBERS = 3;

/** A register of a frame, or a slot of its stack that one was spilled to. */
export type LinkedPlace = number;
const IS_SLOT = 1 << 7;
const PLACE_FRAME_SHIFT = 8;

export function registerPlace(frame: number, register: number): LinkedPlace {
  return (frame << PLACE_FRAME_SHIFT) | register;
}

export function slotPlace(frame: number, slot: number): LinkedPlace {
  return (frame << PLACE_FRAME_SHIFT) | IS_SLOT | slot;
}

export function frameOfPlace(place: LinkedPlace): number {
  return place >> PLACE_FRAME_SHIFT;
}

/** The slot; -1: it is a register. */
export function slotOfPlace(place: LinkedPlace): number {
  return place & IS_SLOT ? place & 63 : -1;
}

export function registerOfPlace(place: LinkedPlace): number {
  return place & 15;
}

/** Facts of an instruction that reached a slot of a stack by spilling or filling. */
export function stackFacts(frame: number, slot: number): number {
  return STACK | (frame << FRAME_SHIFT) | (slot << SLOT_SHIFT);
}

/** The frame whose stack was reached; -1: none. */
export function stackFrame(facts: number): number {
  return facts & STACK ? (facts >> FRAME_SHIFT) & 7 : -1;
}

export function stackSlot(facts: number): number {
  return (facts >> SLOT_SHIFT) & 63;
}

/** Steps of a path since it was last saved, oldest first. A step is named by where it ends. */
export class History {
  readonly #steps: number[];
  /** Steps. */
  count: number;

  constructor(steps: number[] = [], count = 0) {
    this.#steps = steps;
    this.count = count;
  }

  copy(): History {
    return new History(this.#steps.slice(), this.count);
  }

  add(insn: number, previous: number, facts: number): void {
    this.#steps.push(insn, previous, facts);
    this.count++;
  }

  /** More is known of the newest step. */
  extend(facts: number): void {
    this.#steps[this.#steps.length - 1] |= facts;
  }

  /** The newest step linked places: what is learned of one is learned of all. */
  link(places: readonly LinkedPlace[]): void {
    const steps = this.#steps;
    const facts = steps.pop()!;
    const previous = steps.pop()!;
    const insn = steps.pop()!;
    for (const place of places) steps.push(place);
    steps.push(insn, previous, facts | (places.length << LINKED_SHIFT));
  }

  /** Where the newest step ends; 0: there is none. */
  get end(): number {
    return this.#steps.length;
  }

  insn(end: number): number {
    return this.#steps[end - 3];
  }

  /** The instruction walked before it. */
  previous(end: number): number {
    return this.#steps[end - 2];
  }

  facts(end: number): number {
    return this.#steps[end - 1];
  }

  /** Where the step before ends. */
  before(end: number): number {
    return end - NUMBERS - this.linked(end);
  }

  /** How many places the step linked. */
  linked(end: number): number {
    return this.#steps[end - 1] >> LINKED_SHIFT;
  }

  place(end: number, index: number): LinkedPlace {
    return this.#steps[end - NUMBERS - 1 - index];
  }
}
