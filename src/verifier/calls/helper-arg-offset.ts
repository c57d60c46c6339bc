import { OFF, TYPE } from '../domain/row.ts';
import { checkUnmoved } from '../memory/place.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import type { CheckedArg } from './helper-call.ts';

/** Pointers that may lead anywhere into what they point to. */
const MOVABLE: readonly number[] = [
  SCALAR_VALUE,
  PTR_TO_STACK,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_BUF,
  PTR_TO_ARENA,
];

/** Whether the pointer leads where the call wants it: at the start of most things. */
export function checkArgOffset(walk: Walk, { arg, register, row }: CheckedArg): Refusal | undefined {
  const base = baseType(walk.w[row + TYPE]);
  if (arg.release) {
    if (arg.kind === 'dynptr' && base === PTR_TO_STACK) return undefined;
    if (walk.w[row + OFF] !== 0) {
      return walk.invalid(`R${register} must have zero offset when passed to release func or trusted arg to kfunc`);
    }
    return checkUnmoved(walk, register);
  }
  if (MOVABLE.includes(base)) return undefined;
  return checkUnmoved(walk, register, { fixedAllowed: base === PTR_TO_BTF_ID });
}
