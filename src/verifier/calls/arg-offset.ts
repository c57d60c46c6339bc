import { OFF, TYPE } from '../domain/row.ts';
import { checkUnmoved } from '../memory/place.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  MEM_ALLOC,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  NON_OWN_REF,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TRUSTED,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** Pointers that may lead anywhere into what they point to. */
const MOVABLE: readonly number[] = [
  SCALAR_VALUE,
  PTR_TO_STACK,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_MEM | MEM_RDONLY,
  PTR_TO_MEM | MEM_RINGBUF,
  PTR_TO_BUF,
  PTR_TO_BUF | MEM_RDONLY,
  PTR_TO_ARENA,
];
/** Pointers that may lead to a fixed place inside. */
const SHIFTABLE: readonly number[] = [
  PTR_TO_BTF_ID,
  PTR_TO_BTF_ID | PTR_TRUSTED,
  PTR_TO_BTF_ID | MEM_RCU,
  PTR_TO_BTF_ID | MEM_ALLOC,
  PTR_TO_BTF_ID | MEM_ALLOC | NON_OWN_REF,
  PTR_TO_BTF_ID | MEM_ALLOC | NON_OWN_REF | MEM_RCU,
];

/**
 * Whether the pointer leads where a call may want it: at the start of most things.
 * @param released what it stands for is given back
 */
export function checkArgOffset(walk: Walk, register: number, released: boolean): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  if (released) {
    // A dynptr, whose place is looked at where it is given back.
    if (baseType(type) === PTR_TO_STACK) return undefined;
    if (w[row + OFF] !== 0) {
      return walk.invalid(`R${register} must have zero offset when passed to release func or trusted arg to kfunc`);
    }
    return checkUnmoved(walk, register);
  }
  if (MOVABLE.includes(type)) return undefined;
  return checkUnmoved(walk, register, { fixedAllowed: SHIFTABLE.includes(type) });
}
