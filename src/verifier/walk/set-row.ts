import { setKnownNumber, setUnknownNumber } from '../domain/bounds.ts';
import { clearRow, TYPE } from '../domain/row.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';

/** The row holds a number of which nothing is known. */
export function setUnknown(w: Int32Array, r: number): void {
  clearRow(w, r);
  w[r + TYPE] = SCALAR_VALUE;
  setUnknownNumber(w, r);
}

/** The row holds a signed 32-bit number, in all 64 bits. */
export function setImmediate(w: Int32Array, r: number, imm: number): void {
  setKnown(w, r, { low: imm, high: imm >> 31 });
}

/** The row holds a number. */
export function setKnown(w: Int32Array, r: number, { low, high }: { low: number; high: number }): void {
  clearRow(w, r);
  w[r + TYPE] = SCALAR_VALUE;
  setKnownNumber(w, r, low, high);
}

/** The row holds a pointer without offset; what else belongs to its type is set by the caller. */
export function setPointer(w: Int32Array, r: number, type: number): void {
  clearRow(w, r);
  w[r + TYPE] = type;
  setKnownNumber(w, r, 0, 0);
}
