import { copyRow, ROW } from '../domain/row.ts';
import { FRAME_WORDS, MAX_FRAMES, REGS_WORDS, SLOT, STATE_WORDS } from './frame.ts';
import { WordArena } from './word-arena.ts';

/** What of a frame is not in its words. Never changed in place: states share it. */
export interface Frame {
  /** The instruction that called; -1 in the first frame. */
  readonly callSite: number;
  /** Index of the subprogram. */
  readonly subprogram: number;
  /** How the frame came to be, where not by a call. */
  readonly callback?: 'sync' | 'async' | 'exception';
  /** Callbacks: what they may return, both ends inclusive. */
  readonly returns?: readonly [number, number];
  /** How often a synchronous callback that this frame called was gone through. */
  readonly callbackDepth: number;
  /** Asynchronous callbacks: which entry into it. */
  readonly asyncEntry?: number;
}

/** Something that has to be given back, or a section that has to be left. Never changed in place. */
export interface Reference {
  readonly kind: 'pointer' | 'irq' | 'lock' | 'res_lock' | 'res_lock_irq';
  readonly id: number;
  /** The instruction that took it. */
  readonly insn: number;
  /** Locks: what is locked (a map's or BTF object's identity). Interrupt flags: the class of kfuncs. */
  readonly ptr?: unknown;
}

/** What is the same for all frames of a state. Never changed in place. */
export interface Shared {
  readonly refs: readonly Reference[];
  readonly rcuLocks: number;
  readonly preemptLocks: number;
  /** The interrupt flag saved last; 0: none. */
  readonly irqId: number;
  /** Locks held. */
  readonly locks: number;
  /** The lock taken last: the id of its row and the map or object that it is in. */
  readonly lockId: number;
  readonly lockPtr?: unknown;
  /** A path that only a processor's guess leads to. */
  readonly speculative: boolean;
  readonly sleepable: boolean;
  readonly mayGotoDepth: number;
  readonly callbackUnrollDepth: number;
}

export const NOTHING_SHARED: Shared = {
  refs: [],
  rcuLocks: 0,
  preemptLocks: 0,
  irqId: 0,
  locks: 0,
  lockId: 0,
  speculative: false,
  sleepable: false,
  mayGotoDepth: 0,
  callbackUnrollDepth: 0,
};

/** A state that was put aside: its words closely packed, in an array that others share. */
export interface SavedState {
  readonly words: Int32Array;
  /** First word of each frame. */
  readonly bases: readonly number[];
  /** Slots of each frame's stack. */
  readonly slots: readonly number[];
  readonly frames: readonly Frame[];
  readonly shared: Shared;
}

/** The state that is walked through: what every register and every byte of the stacks holds, before one instruction. */
export class State {
  /** Laid out as `frame.ts` says. */
  readonly w = new Int32Array(STATE_WORDS);
  /** The first is that of the program's entry. Never changed in place: saved states share it. */
  frames: readonly Frame[] = [];
  /** Slots of each frame's stack that were written. */
  readonly slots: number[] = new Array(MAX_FRAMES).fill(0);
  shared: Shared = NOTHING_SHARED;
  readonly #arena = new WordArena();

  /** Index of the frame that runs. */
  get current(): number {
    return this.frames.length - 1;
  }

  get frame(): Frame {
    return this.frames[this.frames.length - 1];
  }

  /** Replaces what the frame that runs is said to be. */
  set frame(frame: Frame) {
    this.frames = this.frames.with(-1, frame);
  }

  change(changes: Partial<Shared>): void {
    this.shared = { ...this.shared, ...changes };
  }

  /** Enters a frame whose registers are not initialised. */
  push(frame: Frame): void {
    const base = this.frames.length * FRAME_WORDS;
    this.w.fill(0, base, base + REGS_WORDS);
    this.slots[this.frames.length] = 0;
    this.frames = [...this.frames, frame];
  }

  pop(): Frame {
    const { frame } = this;
    this.frames = this.frames.slice(0, -1);
    return frame;
  }

  /** Makes slots of a stack usable up to `index`, not initialised. */
  growStack(frame: number, index: number): void {
    const have = this.slots[frame];
    if (index < have) return;
    const base = frame * FRAME_WORDS + REGS_WORDS;
    this.w.fill(0, base + have * SLOT, base + (index + 1) * SLOT);
    this.slots[frame] = index + 1;
  }

  save(): SavedState {
    const count = this.frames.length;
    const bases = new Array<number>(count);
    let length = 0;
    for (let f = 0; f < count; f++) length += REGS_WORDS + this.slots[f] * SLOT;
    const { words, at } = this.#arena.take(length);
    let to = at;
    for (let f = 0; f < count; f++) {
      const from = f * FRAME_WORDS;
      const size = REGS_WORDS + this.slots[f] * SLOT;
      bases[f] = to;
      words.set(this.w.subarray(from, from + size), to);
      to += size;
    }
    return { words, bases, slots: this.slots.slice(0, count), frames: this.frames, shared: this.shared };
  }

  restore(saved: SavedState): void {
    this.frames = saved.frames;
    this.shared = saved.shared;
    for (let f = 0; f < saved.frames.length; f++) {
      const end = saved.bases[f] + REGS_WORDS + saved.slots[f] * SLOT;
      this.w.set(saved.words.subarray(saved.bases[f], end), f * FRAME_WORDS);
      this.slots[f] = saved.slots[f];
    }
  }

  /** Words that `pack` writes. */
  get packedLength(): number {
    let length = MAX_FRAMES;
    for (let f = 0; f < this.frames.length; f++) length += REGS_WORDS + this.slots[f] * SLOT;
    return length;
  }

  /** Writes the words of the frames, closely packed, behind how many slots each has. */
  pack(into: Int32Array, at: number): void {
    let to = at + MAX_FRAMES;
    for (let f = 0; f < this.frames.length; f++) {
      const from = f * FRAME_WORDS;
      const length = REGS_WORDS + this.slots[f] * SLOT;
      into[at + f] = this.slots[f];
      into.set(this.w.subarray(from, from + length), to);
      to += length;
    }
  }

  /** Reads what `pack` wrote; `frames` are those of the time. */
  unpack(from: Int32Array, at: number): void {
    let start = at + MAX_FRAMES;
    for (let f = 0; f < this.frames.length; f++) {
      const slots = from[at + f];
      const length = REGS_WORDS + slots * SLOT;
      this.slots[f] = slots;
      this.w.set(from.subarray(start, start + length), f * FRAME_WORDS);
      start += length;
    }
  }

  /** Calls `visit` with each row that holds something: registers, and what was spilled. */
  forEachRow(visit: (row: number) => void): void {
    for (let f = 0; f < this.frames.length; f++) {
      const base = f * FRAME_WORDS;
      for (let r = 0; r < REGS_WORDS; r += ROW) visit(base + r);
      for (let s = 0; s < this.slots[f]; s++) {
        const slot = base + REGS_WORDS + s * SLOT;
        // Only a slot whose lowest byte was spilled holds a row.
        if (this.w[slot + 1] >>> 24 === 1) visit(slot + 2);
      }
    }
  }

  /** Copies one row over another. */
  copy(to: number, from: number): void {
    copyRow(this.w, to, this.w, from);
  }
}
