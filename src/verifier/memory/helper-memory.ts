import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** Memory that a helper or kfunc reads or writes. */
export interface HelperMemory {
  /** The register that holds the address. */
  readonly register: number;
  /** Bytes. */
  readonly size: number;
  readonly write: boolean;
  /** A size of 0 is in order, and then null is. */
  readonly zeroAllowed: boolean;
  /** Written, and need not be initialised before. */
  readonly uninitialised?: boolean;
}

/** Memory whose size is in the register after that of the address. */
export interface SizedMemory extends Omit<HelperMemory, 'size' | 'register'> {
  /** The register that holds the size. */
  readonly register: number;
}

/**
 * Checks memory that a call is given. @returns bytes that the call fills where they need not be initialised: after the
 * call `clobberMemory` has to be told
 */
export function checkHelperMemory(walk: Walk, memory: HelperMemory): Refusal | number {
  void memory;
  return walk.unsupported('memory of helpers');
}

/** The same where a register (the one after the address's) says how many bytes. */
export function checkSizedMemory(walk: Walk, memory: SizedMemory): Refusal | number {
  void memory;
  return walk.unsupported('memory of helpers');
}

/** A call filled memory: what was in it is not known any more. Registers must still be those of the call. */
export function clobberMemory(walk: Walk, memory: { readonly register: number; readonly size: number }): Refusal | undefined {
  void memory;
  return walk.unsupported('memory of helpers');
}
