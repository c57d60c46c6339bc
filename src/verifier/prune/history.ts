/** A step of a path that cannot be told from the program alone, or that moved something between registers and stack. */
export interface HistoryEntry {
  readonly insn: number;
  /** The instruction walked before it. */
  readonly previous: number;
  /** The slot of a stack that the instruction spilled to or filled from. */
  readonly stack?: { readonly frame: number; readonly slot: number };
  /** Conditional jumps: the registers that are pointers to a stack. */
  readonly stackPointers?: { readonly dst: boolean; readonly src: boolean };
  /** Rows that were known to hold the same number (or one at a constant distance) and learned together. */
  readonly linked?: readonly LinkedPlace[];
}

/** A register of a frame, or a spilled one: `slot` where it is. */
export interface LinkedPlace {
  readonly frame: number;
  readonly register?: number;
  readonly slot?: number;
}

/** Entries since the state that the path was last saved in, oldest first; replaced, never changed, when it is shared. */
export type History = readonly HistoryEntry[];
