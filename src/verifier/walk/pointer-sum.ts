/** A pointer plus or minus a number. */
export interface PointerSum {
  /** BPF_ADD, BPF_SUB or what is not allowed. */
  readonly op: number;
  /** Rows: the pointer, the number, and where the sum goes (one of the two, in a register). */
  readonly pointer: number;
  readonly number: number;
  readonly into: number;
}
