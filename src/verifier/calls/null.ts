import { isZero } from '../domain/narrow.ts';
import { TYPE } from '../domain/row.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';

/** Whether the row holds the number 0, which is the null pointer. */
export function isNullRow(w: Int32Array, row: number): boolean {
  return w[row + TYPE] === SCALAR_VALUE && isZero(w, row);
}
