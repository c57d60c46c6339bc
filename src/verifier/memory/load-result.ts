import { signExtend } from '../domain/extend.ts';
import { narrow } from '../domain/narrow.ts';
import { SUBREG, TYPE } from '../domain/row.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';

/** The load yields a number of which nothing is known but its size. */
export function loadUnknown(walk: Walk, { into }: Access): void {
  if (into !== undefined) setUnknown(walk.w, walk.reg(into));
}

/** What was loaded has as many bytes as the load. */
export function fitToSize(walk: Walk, { into, size, signed, write }: Access): void {
  if (write || into === undefined) return;
  const { w } = walk;
  const row = walk.reg(into);
  w[row + SUBREG] = size < 8 && !signed ? walk.insn + 1 : 0;
  if (size === 8 || w[row + TYPE] !== SCALAR_VALUE) return;
  if (signed) signExtend(w, row, { bits: 8 * size, wide: true });
  else narrow(w, row, size);
}
