import { clearRow, REF, TYPE } from '../domain/row.ts';
import {
  baseType,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  isPacketPointer,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  NON_OWN_REF,
  PTR_TO_MEM,
  PTR_TO_PACKET_END,
} from '../state/reg-type.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';

/** What was a pointer is a number of which nothing is known; who may not see addresses may not read it. */
export function forgetPointer(walk: Walk, row: number): void {
  if (walk.program.privileges.allowPtrLeaks) setUnknown(walk.w, row);
  else clearRow(walk.w, row);
}

/** A reference is given back: pointers that stand for it are pointers no more. @returns whether it was held */
export function releaseReference(walk: Walk, id: number): boolean {
  if (!holdsPointer(walk, id)) return false;
  walk.dropReference(id);
  forgetRows(walk, (row) => walk.w[row + REF] === id);
  return true;
}

/** A pointer was put where others find it: inside an RCU section it may still be read, where it is one processor's. */
export function handOver(walk: Walk, id: number): boolean {
  if (!holdsPointer(walk, id)) return false;
  walk.dropReference(id);
  const { w, state } = walk;
  const inRcu = state.shared.rcuLocks > 0 || !state.shared.sleepable;
  const perProcessor = MEM_ALLOC | MEM_PERCPU;
  state.forEachRow((row) => {
    if (w[row + REF] !== id) return;
    if (inRcu && (w[row + TYPE] & perProcessor) === perProcessor) {
      w[row + REF] = 0;
      w[row + TYPE] = (w[row + TYPE] & ~MEM_ALLOC) | MEM_RCU;
    } else forgetPointer(walk, row);
  });
  return true;
}

function holdsPointer({ state }: Walk, id: number): boolean {
  return state.shared.refs.some((reference) => reference.id === id && reference.kind === 'pointer');
}

/** The packet was changed or moved: no pointer into it holds. */
export function forgetPacket(walk: Walk): void {
  const { w } = walk;
  const slices = DYNPTR_TYPE_SKB | DYNPTR_TYPE_XDP | DYNPTR_TYPE_SKB_META;
  forgetRows(walk, (row) => {
    const type = w[row + TYPE];
    if (isPacketPointer(type) || baseType(type) === PTR_TO_PACKET_END) return true;
    return baseType(type) === PTR_TO_MEM && (type & slices) !== 0;
  });
}

/** A lock was given back: objects that only the lock kept are out of reach. */
export function forgetBorrowed(walk: Walk): void {
  forgetRows(walk, (row) => (walk.w[row + TYPE] & NON_OWN_REF) !== 0);
}

function forgetRows(walk: Walk, which: (row: number) => boolean): void {
  walk.state.forEachRow((row) => {
    if (walk.w[row + TYPE] !== 0 && which(row)) forgetPointer(walk, row);
  });
}
