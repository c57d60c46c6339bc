/** One access to memory by a register plus a constant. */
export interface Access {
  /** The register that holds the address. */
  readonly register: number;
  /** The instruction's constant. */
  readonly off: number;
  /** Bytes. */
  readonly size: number;
  readonly write: boolean;
  /** Stores: the register whose value is stored; undefined where it is the instruction's immediate (in `valueRow`). */
  readonly value?: number;
  /** Stores of an immediate: the row that holds it. */
  readonly valueRow?: number;
  /** Loads: the register that gets what is there; undefined where none does. */
  readonly into?: number;
  /** Loads: sign-extended. */
  readonly signed?: boolean;
  /** Half of an atomic operation: alignment is strict, and the kinds of memory are fewer. */
  readonly atomic?: boolean;
}
