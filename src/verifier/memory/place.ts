import { isKnown } from '../domain/bounds.ts';
import { isZero } from '../domain/narrow.ts';
import { OFF, SMAX, SMIN, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { bitsText } from '../domain/text.ts';
import { read64, readS64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import { regTypeName } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** A pointer may be this far from where it began, and no farther: BPF_MAX_VAR_OFF. */
export const MAX_VARIABLE_OFFSET = 1 << 29;

/** The least that was added to a pointer besides its constant. Pointers stay so near that a number holds it. */
export function leastAdded(w: Int32Array, row: number): number {
  return isKnown(w, row) && w[row + VALUE + 1] === w[row + VALUE] >> 31
    ? w[row + VALUE]
    : Number(readS64(w, row + SMIN));
}

/** The most that was added, signed. */
export function mostAdded(w: Int32Array, row: number): number {
  return Number(readS64(w, row + SMAX));
}

/** The most that was added, unsigned. */
export function mostAddedUnsigned(w: Int32Array, row: number): number {
  return Number(read64(w, row + UMAX));
}

/** Refuses a pointer that does not lead to the start of what it points to. */
export function checkUnmoved(walk: Walk, register: number, { fixedAllowed = false } = {}): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const name = regTypeName(w[row + TYPE]);
  const off = w[row + OFF];
  if (off < 0) return walk.denied(`negative offset ${name} ptr R${register} off=${off} disallowed`);
  if (!fixedAllowed && off !== 0) {
    return walk.denied(`dereference of modified ${name} ptr R${register} off=${off} disallowed`);
  }
  if (!isZero(w, row)) return walk.denied(`variable ${name} access var_off=${bitsText(w, row)} disallowed`);
  return undefined;
}

/** Refuses a moved pointer whose way from the start is not known, or leads before it. */
export function negativeIndex(walk: Walk, register: number): Refusal {
  return walk.denied(`R${register} min value is negative, either use unsigned index or do a if (index >=0) check.`);
}
