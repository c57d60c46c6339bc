import { fitsIn, isZero } from '../domain/narrow.ts';
import { copyRow, TYPE } from '../domain/row.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import {
  STACK_INVALID,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  setSlotByte,
  slotAt,
  slotByte,
  slotIndex,
  spilledRow,
} from '../state/frame.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  NOT_INIT,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { forgetId, shareId } from '../walk/linked.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { locateOnStack, type StackRange } from './stack-bounds.ts';
import { destroyDynptr } from './stack-dynptr.ts';
import { noteStackAccess } from './stack-history.ts';
import { isSpilled, scrubSlot } from './stack-slots.ts';

/** A store to a stack: a register is spilled, or bytes are written. */
export function writeStack(walk: Walk, access: Access): Refusal | undefined {
  const range = locateOnStack(walk, access);
  if ('errno' in range) return range;
  return range.variable ? writeSomewhere(walk, access, range) : writeAt(walk, access, range);
}

/** The row that is stored; undefined where all that is known is that something is. */
function storedRow(walk: Walk, { value, valueRow }: Access): number | undefined {
  return value === undefined ? valueRow : walk.reg(value);
}

function writeAt(walk: Walk, access: Access, { frame, min, size }: StackRange): Refusal | undefined {
  const { w } = walk;
  const index = slotIndex(min);
  const slot = slotAt(frame, index);
  walk.log?.touched.addSlot(index);
  if (
    size !== 8 &&
    !walk.program.privileges.allowPtrLeaks &&
    isSpilled(w, slot) &&
    w[spilledRow(slot) + TYPE] !== SCALAR_VALUE
  ) {
    return walk.denied('attempt to corrupt spilled pointer on stack');
  }
  const row = storedRow(walk, access);
  guardOldBytes(walk, { slot, size, pointer: access.value !== undefined && isSpillable(w[row! + TYPE]) });
  const destroyed = destroyDynptr(walk, frame, index);
  if (destroyed) return destroyed;
  const aligned = (min & 7) === 0;
  if (aligned && size === 8) walk.writeSlot(frame, index);
  if (row !== undefined && aligned && w[row + TYPE] === SCALAR_VALUE && walk.program.privileges.bpfCapable) {
    spillNumber(walk, { slot, row, size });
    noteStackAccess(walk, frame, index);
    return undefined;
  }
  if (row !== undefined && isSpillable(w[row + TYPE])) {
    if (size !== 8) return walk.denied('invalid size of register spill');
    if (frame !== walk.state.current && baseType(w[row + TYPE]) === PTR_TO_STACK) {
      return walk.invalid('cannot spill pointers to stack into stack frame of the caller');
    }
    copyRow(w, spilledRow(slot), w, row);
    for (let byte = 0; byte < 8; byte++) setSlotByte(w, slot, byte, STACK_SPILL);
    noteStackAccess(walk, frame, index);
    return undefined;
  }
  w[spilledRow(slot) + TYPE] = NOT_INIT;
  scrubSlot(w, slot);
  const zero = row !== undefined && isZero(w, row);
  for (let i = 0; i < size; i++) setSlotByte(w, slot, (-min - 1 - i) & 7, zero ? STACK_ZERO : STACK_MISC);
  // The bytes stand for a number that was 0: it has to be 0.
  if (zero && access.value !== undefined) markPrecise(walk, access.value);
  return undefined;
}

/** A load that overtakes the store sees what was there: a barrier keeps it from that, where it is not just a number. */
function guardOldBytes(
  { w, insn, program, speculation }: Walk,
  { slot, size, pointer }: { readonly slot: number; readonly size: number; readonly pointer: boolean },
): void {
  if (!speculation || program.privileges.bypassSpecV4) return;
  let guard = pointer;
  for (let byte = 0; byte < size && !guard; byte++) {
    const was = slotByte(w, slot, byte);
    guard = was !== STACK_MISC && was !== STACK_ZERO;
  }
  if (guard) speculation.barriersBehind[insn] = 1;
}

function isSpillable(type: number): boolean {
  const base = baseType(type);
  return ![NOT_INIT, SCALAR_VALUE, PTR_TO_TP_BUFFER, CONST_PTR_TO_DYNPTR].includes(base);
}

/** The slot holds the number, of which a narrow store leaves the low bytes: the load that reads them cuts it. */
function spillNumber(walk: Walk, { slot, row, size }: { slot: number; row: number; size: number }): void {
  const { w } = walk;
  const fits = fitsIn(w, row, size);
  if (fits) shareId(walk, row);
  const to = spilledRow(slot);
  copyRow(w, to, w, row);
  if (!fits) forgetId(w, to);
  for (let byte = 0; byte < 8; byte++) {
    if (byte >= 8 - size) setSlotByte(w, slot, byte, STACK_SPILL);
    else blurByte(walk, slot, byte);
  }
}

/** A byte that the spill leaves alone is no longer what it was, but where what it was is as good. */
function blurByte({ w }: Walk, slot: number, byte: number): void {
  const was = slotByte(w, slot, byte);
  if (was === STACK_ZERO || was === STACK_INVALID) return;
  setSlotByte(w, slot, byte, STACK_MISC);
}

/** A store to one of several places: each may hold what it held, or the number. */
function writeSomewhere(walk: Walk, access: Access, range: StackRange): Refusal | undefined {
  const { w } = walk;
  const { frame, min, max, size } = range;
  const row = storedRow(walk, access);
  const zero = row !== undefined && isZero(w, row);
  for (let off = min; off < max + size; off++) {
    const refusal = destroyDynptr(walk, frame, slotIndex(off));
    if (refusal) return refusal;
  }
  let zeroCounts = false;
  for (let off = min; off < max + size; off++) {
    const slot = slotAt(frame, slotIndex(off));
    walk.log?.touched.addSlot(slotIndex(off));
    const byte = (-off - 1) & 7;
    const was = slotByte(w, slot, byte);
    const unsafe = walk.program.privileges.allowPtrLeaks ? undefined : exposes(walk, was, off);
    if (unsafe) return unsafe;
    const spilled = spilledRow(slot);
    if (zero && was === STACK_SPILL && w[spilled + TYPE] === SCALAR_VALUE && isZero(w, spilled)) {
      zeroCounts = true;
      continue;
    }
    // What was spilled there is not to be had any more, whichever of its bytes was hit.
    scrubSlot(w, slot);
    const staysZero = zero && slotByte(w, slot, byte) === STACK_ZERO;
    if (staysZero) zeroCounts = true;
    setSlotByte(w, slot, byte, staysZero ? STACK_ZERO : STACK_MISC);
  }
  if (zeroCounts && access.value !== undefined) markPrecise(walk, access.value);
  return undefined;
}

/** Who may not see addresses and old bytes must not hide them under a store that may go elsewhere. */
function exposes(walk: Walk, was: number, off: number): Refusal | undefined {
  if (was !== STACK_INVALID && was !== STACK_SPILL) {
    return walk.invalid(`spilled ptr in range of var-offset stack write; insn ${walk.insn}, ptr off: ${off}`);
  }
  if (was !== STACK_INVALID) return undefined;
  return walk.invalid(`uninit stack in range of var-offset write prohibited for !root; insn ${walk.insn}, off: ${off}`);
}
