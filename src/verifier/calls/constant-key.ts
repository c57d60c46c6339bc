import { bpf_map_type } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { FRAME, OFF, TYPE, VALUE } from '../domain/row.ts';
import { STACK_SPILL, STACK_ZERO, slotAt, slotByte, slotIndex, spilledRow } from '../state/frame.ts';
import { PTR_TO_STACK, SCALAR_VALUE } from '../state/reg-type.ts';
import type { MapView, Walk } from '../walk/walk.ts';

/** Maps that have a value for each key below their size. */
const ARRAYS: readonly number[] = [bpf_map_type.BPF_MAP_TYPE_ARRAY, bpf_map_type.BPF_MAP_TYPE_PERCPU_ARRAY];

/** A key of an array: the number, and the slot that holds it, whose exact number matters then; -1: bytes of zero. */
export interface ConstantKey {
  readonly key: number;
  readonly frame: number;
  readonly index: number;
}

/** The key on the stack that the register leads to, where it is known. */
export function constantKeyAt(walk: Walk, register: number, attr: MapView['attr']): ConstantKey | undefined {
  const { w, state } = walk;
  const row = walk.reg(register);
  if (!ARRAYS.includes(attr.mapType) || walk.baseTypeOf(register) !== PTR_TO_STACK || !isKnown(w, row))
    return undefined;
  const frame = w[row + FRAME];
  const off = w[row + OFF] + w[row + VALUE];
  const index = slotIndex(off);
  if (index >= state.slots[frame]) return undefined;
  const slot = slotAt(frame, index);
  const lowest = (-off - 1) & 7;
  if (countBytes(w, { slot, lowest, what: STACK_ZERO }) >= attr.keySize) return { key: 0, frame, index: -1 };
  const spilled = spilledRow(slot);
  if (slotByte(w, slot, 7) !== STACK_SPILL || w[spilled + TYPE] !== SCALAR_VALUE) return undefined;
  if (countBytes(w, { slot, lowest, what: STACK_SPILL }) !== attr.keySize || !isKnown(w, spilled)) return undefined;
  return { key: w[spilled + VALUE + 1] === 0 ? w[spilled + VALUE] >>> 0 : -1, frame, index };
}

/** Bytes of a kind from one of a slot upwards. */
function countBytes(
  w: Int32Array,
  { slot, lowest, what }: { readonly slot: number; readonly lowest: number; readonly what: number },
): number {
  let byte = lowest;
  while (byte >= 0 && slotByte(w, slot, byte) === what) byte--;
  return lowest - byte;
}
