import { BPF_JGE, BPF_JGT, BPF_JLE, BPF_JLT } from '../../isa/index.ts';
import { type Comparison, swappedOp } from '../domain/compare.ts';
import { AUX, ID, OFF, TYPE, UMAX } from '../domain/row.ts';
import { baseType, PTR_TO_PACKET, PTR_TO_PACKET_END, PTR_TO_PACKET_META } from '../state/reg-type.ts';
import type { Walk } from './walk.ts';

const MAX_PACKET = 0xffff;
/** Ranges of pointers that were compared with the end of the packet and are past it: see `pktEnd` of Linux. */
const BEYOND = -1;
const AT = -2;

/** A pointer into the packet was compared with its end (or one into its metadata with its data). */
export function learnPacketRange(walk: Walk, comparison: Comparison): void {
  const { w } = walk;
  const { d, s } = comparison;
  const [left, right] = [baseType(w[d + TYPE]), baseType(w[s + TYPE])];
  if (isPair(w, left, { right, s })) learn(walk, d, comparison.op);
  else if (isPair(w, right, { right: left, s: d })) learn(walk, s, swappedOp(comparison.op));
}

/** Whether the second is where the packet or its metadata ends: `data_end`, or `data` itself. */
function isPair(w: Int32Array, left: number, { right, s }: { right: number; s: number }): boolean {
  if (left === PTR_TO_PACKET) return right === PTR_TO_PACKET_END;
  return left === PTR_TO_PACKET_META && right === PTR_TO_PACKET && w[s + OFF] === 0 && w[s + ID] === 0;
}

/** `pointer op end` holds. */
function learn(walk: Walk, pointer: number, op: number): void {
  const { w } = walk;
  switch (op) {
    case BPF_JLT:
      // At least one more byte is there.
      extend(walk, pointer, 1);
      break;
    case BPF_JLE:
      extend(walk, pointer, 0);
      break;
    case BPF_JGT:
      w[pointer + AUX] = BEYOND;
      break;
    case BPF_JGE:
      w[pointer + AUX] = AT;
      break;
  }
}

/** All pointers that began where this one did may reach as far as it is, and `more` bytes. */
function extend(walk: Walk, pointer: number, more: number): void {
  const { w, state } = walk;
  const off = w[pointer + OFF];
  if (off < 0 || (off === 0 && more === 0 && w[pointer + ID] === 0)) return;
  const reach = (w[pointer + UMAX] >>> 0) + off;
  if (w[pointer + UMAX + 1] !== 0 || reach > MAX_PACKET) return;
  const id = w[pointer + ID];
  const type = w[pointer + TYPE];
  state.forEachRow((row) => {
    if (w[row + TYPE] === type && w[row + ID] === id) w[row + AUX] = Math.max(w[row + AUX], off + more);
  });
}
