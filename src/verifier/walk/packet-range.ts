import { BPF_JGE, BPF_JGT, BPF_JLE, BPF_JLT } from '../../isa/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { type Comparison, swappedOp } from '../domain/compare.ts';
import { AUX, ID, OFF, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { PTR_TO_PACKET, PTR_TO_PACKET_END, PTR_TO_PACKET_META } from '../state/reg-type.ts';
import type { Walk } from './walk.ts';

const MAX_PACKET = 0xffff;
/** Ranges of pointers known to lie at the end of the packet or behind it. */
const AT_END = -1;
const BEYOND_END = -2;

/** A comparison of a pointer into a packet with its end, the pointer first. */
interface Reach {
  readonly pointer: number;
  /** `pointer op end` */
  readonly op: number;
}

/** The comparison as one of a packet pointer with where its room ends; undefined where it is none. */
export function reachOf(w: Int32Array, { op, wide, d, s }: Comparison): Reach | undefined {
  if (!wide || ![BPF_JGT, BPF_JLT, BPF_JGE, BPF_JLE].includes(op)) return undefined;
  if (isPair(w, d, s)) return { pointer: d, op };
  return isPair(w, s, d) ? { pointer: s, op: swappedOp(op) } : undefined;
}

/** Whether the second is where the packet ends for the first (or the metadata, which ends where the packet begins). */
function isPair(w: Int32Array, pointer: number, end: number): boolean {
  const [type, other] = [w[pointer + TYPE], w[end + TYPE]];
  if (type === PTR_TO_PACKET) return other === PTR_TO_PACKET_END;
  if (type !== PTR_TO_PACKET_META || other !== PTR_TO_PACKET) return false;
  return w[end + OFF] === 0 && w[end + ID] === 0 && isKnown(w, end) && w[end + VALUE] === 0;
}

/** Learns that a comparison with the end holds. */
export function learnReach(walk: Walk, { pointer, op }: Reach): void {
  const { w } = walk;
  const isPacket = w[pointer + TYPE] === PTR_TO_PACKET;
  switch (op) {
    case BPF_JLT:
      extend(walk, pointer, 1);
      break;
    case BPF_JLE:
      extend(walk, pointer, 0);
      break;
    case BPF_JGT:
      if (isPacket) w[pointer + AUX] = BEYOND_END;
      break;
    case BPF_JGE:
      if (isPacket) w[pointer + AUX] = AT_END;
      break;
  }
}

/** All pointers that began where this one did may reach as far as it is, and `more` bytes. */
function extend(walk: Walk, pointer: number, more: 0 | 1): void {
  const { w, state } = walk;
  const off = w[pointer + OFF];
  if (off < 0 || (off === 0 && more === 1)) return;
  if (w[pointer + UMAX + 1] !== 0 || (w[pointer + UMAX] >>> 0) + off > MAX_PACKET) return;
  const [id, type] = [w[pointer + ID], w[pointer + TYPE]];
  state.forEachRow((row) => {
    if (w[row + TYPE] === type && w[row + ID] === id) w[row + AUX] = Math.max(w[row + AUX], off + more);
  });
}

/** Whether `pointer op end` holds, where that is known. */
export function predictReach(w: Int32Array, { pointer, op }: Reach): boolean | undefined {
  const range = w[pointer + AUX];
  if (range >= 0 || w[pointer + TYPE] !== PTR_TO_PACKET) return undefined;
  switch (op) {
    case BPF_JLE:
    case BPF_JGT:
      return range === BEYOND_END ? op === BPF_JGT : undefined;
    default:
      return op === BPF_JGE;
  }
}
