import { BPF_ADD } from '../../isa/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { copyNumber, copyRow, ID, OFF, SUBREG, TYPE } from '../domain/row.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { ADD_CONST } from './alu.ts';
import { setImmediate } from './set-row.ts';
import type { Walk } from './walk.ts';

/** What was learned of the number at `known` is learned of all that hold the same, or the same and a constant. */
export function teachLinked(walk: Walk, known: number): void {
  const { w, state } = walk;
  const id = w[known + ID] & ~ADD_CONST;
  if (id === 0 || w[known + TYPE] !== SCALAR_VALUE) return;
  state.forEachRow((row) => {
    if (row === known || w[row + TYPE] !== SCALAR_VALUE || (w[row + ID] & ~ADD_CONST) !== id) return;
    const plain = !(w[row + ID] & ADD_CONST) && !(w[known + ID] & ADD_CONST);
    if (plain || w[row + OFF] === w[known + OFF]) {
      const [keptId, off, subreg] = [w[row + ID], w[row + OFF], w[row + SUBREG]];
      copyRow(w, row, w, known);
      w[row + ID] = keptId;
      w[row + OFF] = off;
      w[row + SUBREG] = subreg;
    } else {
      const distance = walk.scratch(3);
      setImmediate(w, distance, w[row + OFF] - w[known + OFF]);
      copyNumber(w, row, w, known);
      computeNumber(w, { op: BPF_ADD, wide: true, d: row, s: distance });
    }
  });
}
