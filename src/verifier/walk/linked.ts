import { BPF_ADD } from '../../isa/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { isKnown } from '../domain/bounds.ts';
import { copyNumber, copyRow, ID, OFF, PRECISE, SUBREG, TYPE } from '../domain/row.ts';
import {
  frameOfPlace,
  type LinkedPlace,
  registerOfPlace,
  registerPlace,
  slotOfPlace,
  slotPlace,
} from '../prune/history.ts';
import { regRow, slotAt, spilledRow } from '../state/frame.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';
import { isSpilled } from '../state/stack-slot.ts';
import { setKnown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Marks of an id of a sum: what else has it differs by a constant, in all 64 bits or in the low 32 (the others are 0). */
export const ADD_CONST64 = 1 << 31;
export const ADD_CONST32 = 1 << 30;
export const ADD_CONST = ADD_CONST64 | ADD_CONST32;
/** Rows that can be linked at once. */
const MAX_LINKED = 6;
const REGISTERS = 10;

/** A number that may be copied gets an id, so that what is learned of one copy is learned of the other. */
export function shareId(walk: Walk, row: number): void {
  const { w } = walk;
  if (w[row + TYPE] !== SCALAR_VALUE || isKnown(w, row)) return;
  if (w[row + ID] & ADD_CONST) forgetId(w, row);
  if (w[row + ID] === 0) w[row + ID] = walk.newId();
}

/** The number is no longer known to be another one's. */
export function forgetId(w: Int32Array, row: number): void {
  w[row + ID] = 0;
  w[row + OFF] = 0;
}

/**
 * The rows that hold the same number as `row`, or one at a constant distance, and may still be read; those beyond six are
 * linked no more.
 */
export function collectLinked(walk: Walk, row: number, into: LinkedPlace[]): void {
  const { w, state, program } = walk;
  const id = w[row + ID] & ~ADD_CONST;
  if (w[row + TYPE] !== SCALAR_VALUE || id === 0) return;
  for (let frame = state.current; frame >= 0; frame--) {
    const at = frame === state.current ? walk.insn : state.frames[frame + 1].callSite;
    for (let register = 0; register < REGISTERS; register++) {
      if (!(program.live[at] & (1 << register))) continue;
      link(w, regRow(frame, register), { id, place: registerPlace(frame, register), into });
    }
    for (let slot = 0; slot < state.slots[frame]; slot++) {
      const at = slotAt(frame, slot);
      if (isSpilled(w, at)) link(w, spilledRow(at), { id, place: slotPlace(frame, slot), into });
    }
  }
}

interface Linking {
  readonly id: number;
  readonly place: LinkedPlace;
  readonly into: LinkedPlace[];
}

function link(w: Int32Array, row: number, { id, place, into }: Linking): void {
  if (w[row + TYPE] !== SCALAR_VALUE || (w[row + ID] & ~ADD_CONST) !== id) return;
  if (into.length < MAX_LINKED) into.push(place);
  else forgetId(w, row);
}

/** What was learned of the number at `known` is learned of those linked with it. */
export function teachLinked(walk: Walk, known: number, places: readonly LinkedPlace[]): void {
  const { w } = walk;
  const id = w[known + ID] & ~ADD_CONST;
  if (id === 0 || w[known + TYPE] !== SCALAR_VALUE) return;
  for (const place of places) {
    const row = rowOf(place);
    if (row === known || w[row + TYPE] !== SCALAR_VALUE || (w[row + ID] & ~ADD_CONST) !== id) continue;
    const sums = [w[row + ID] & ADD_CONST, w[known + ID] & ADD_CONST];
    // Sums of different widths have nothing to do with one another.
    if ((sums[0] ^ sums[1]) === ADD_CONST) continue;
    const plain = sums[0] === 0 && sums[1] === 0;
    if (plain || w[row + OFF] === w[known + OFF]) {
      const [subreg, off] = [w[row + SUBREG], w[row + OFF]];
      copyRow(w, row, w, known);
      w[row + SUBREG] = subreg;
      w[row + OFF] = off;
    } else teachDistant(walk, row, known);
  }
}

function teachDistant(walk: Walk, row: number, known: number): void {
  const { w } = walk;
  const distance = walk.scratch(3);
  const bytes = w[row + OFF] - w[known + OFF];
  setKnown(w, distance, { low: bytes | 0, high: Math.floor(bytes / 2 ** 32) });
  copyNumber(w, row, w, known);
  w[row + PRECISE] = w[known + PRECISE];
  const wide = ((w[row + ID] | w[known + ID]) & ADD_CONST32) === 0;
  computeNumber(w, { op: BPF_ADD, wide, d: row, s: distance });
}

function rowOf(place: LinkedPlace): number {
  const [frame, slot] = [frameOfPlace(place), slotOfPlace(place)];
  return slot < 0 ? regRow(frame, registerOfPlace(place)) : spilledRow(slotAt(frame, slot));
}
