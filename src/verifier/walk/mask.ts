import { BPF_ADD, BPF_SUB, BPF_X, insnOp, insnSource } from '../../isa/index.ts';
import { errno, MAX_BPF_STACK } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, copyRow, OFF, SMAX, SMIN, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { bitsText } from '../domain/text.ts';
import { checkMapBytes } from '../memory/map-value.ts';
import type { Refusal } from '../refusal.ts';
import { PTR_TO_MAP_VALUE, PTR_TO_STACK } from '../state/reg-type.ts';
import { deferGuess } from './guess.ts';
import type { PointerSum } from './pointer-sum.ts';
import type { Walk } from './walk.ts';

/*
 * A guess may lead to the sum of a pointer and a number that no path has. Translation masks the number, so that it stays
 * below the limit that the paths have; this is where limits come from.
 */

/** The number is in the source register: it is masked there. */
const SOURCE = 1;
/** The pointer is: the number is masked in the destination. */
const DESTINATION = 2;
const NEGATIVE = 4;
/** No pointer is added to here. */
const NO_POINTER = 8;
/** The number is known. */
const KNOWN = 16;

const PROHIBITED = 'pointer arithmetic with it prohibited for !root';

/** The mask of a sum whose outcome is not known yet. */
export interface Mask {
  readonly how: number;
  readonly limit: number;
  readonly toLeft: boolean;
}

/** Whether sums of the instruction need a mask at all. */
function needsMask({ speculation, program, insns, insn }: Walk): boolean {
  if (!speculation || program.privileges.bypassSpecV1) return false;
  const code = insns.code(insn);
  const op = insnOp(code);
  if (op !== BPF_ADD && op !== BPF_SUB) return false;
  return insnSource(code) === BPF_X && speculation.barriers[insn] === 0;
}

/** A number is added to a number: on no path it may be a pointer, which would need a mask. */
export function checkNumberSum(walk: Walk): Refusal | undefined {
  if (!needsMask(walk)) return undefined;
  return setMask(walk, NO_POINTER, 0) ? undefined : fromPaths(walk);
}

/**
 * Before a pointer is moved: how far it may be, and what a guess would do with the number masked away. @returns undefined
 * where there is nothing to mask
 */
export function maskBefore(walk: Walk, sum: PointerSum): Refusal | Mask | undefined {
  if (!needsMask(walk)) return undefined;
  const { w, insns, insn } = walk;
  const { op, pointer, number, into } = sum;
  const onGuess = walk.state.shared.speculative;
  const known = isKnown(w, number);
  const negative = w[number + SMIN + 1] < 0;
  const inPlace = pointer === into;
  let mask: Mask | undefined;
  if (!onGuess) {
    if (!known && negative !== w[number + SMAX + 1] < 0) {
      const register = inPlace ? insns.src(insn) : insns.dst(insn);
      return walk.denied(`R${register} has unknown scalar with mixed signed bounds, ${PROHIBITED}`);
    }
    const toLeft = op === BPF_ADD ? negative : !negative;
    const limit = limitOf(walk, pointer, { toLeft, inPlace });
    if (typeof limit === 'object') return limit;
    const how = (negative ? NEGATIVE : 0) | (known ? KNOWN : 0) | (inPlace ? SOURCE : DESTINATION);
    if (!known) walk.speculation!.exploresLimits = true;
    mask = { how, limit, toLeft };
  }
  return (known ? undefined : guessUnmoved(walk, sum)) ?? mask;
}

/** The number masked away: the sum is the pointer itself. */
function guessUnmoved(walk: Walk, { pointer, into }: PointerSum): Refusal | undefined {
  const { w, insn, insns } = walk;
  const kept = walk.scratch(3);
  copyRow(w, kept, w, into);
  copyRow(w, into, w, pointer);
  const refusal = deferGuess(walk, insn + 1);
  copyRow(w, into, w, kept);
  if (!refusal) return undefined;
  const text = `R${insns.dst(insn)} could not be pushed for speculative verification, ${PROHIBITED}`;
  return walk.refused(errno.ENOMEM, `${refusal.text}\n${text}`);
}

/** After the pointer is moved: it has to stay where it leads, and the mask is as wide as it moved. */
export function maskAfter(walk: Walk, { into }: PointerSum, mask: Mask | undefined): Refusal | undefined {
  if (walk.program.privileges.bypassSpecV1) return undefined;
  const strayed = checkStays(walk, into);
  if (strayed || !mask) return strayed;
  const limit = limitOf(walk, into, { toLeft: mask.toLeft, inPlace: true });
  if (typeof limit === 'object') return limit;
  return setMask(walk, mask.how, Math.abs((mask.limit - limit) | 0)) ? undefined : fromPaths(walk);
}

/** @returns whether no other path wants another mask */
function setMask({ speculation, insn }: Walk, how: number, limit: number): boolean {
  const { masks, limits } = speculation!;
  if (masks[insn] !== 0 && (masks[insn] !== how || limits[insn] !== limit)) return false;
  masks[insn] = how;
  limits[insn] = limit;
  return true;
}

function fromPaths(walk: Walk): Refusal {
  return walk.denied(`${triedTo(walk)} from different maps, paths or scalars, ${PROHIBITED}`);
}

function triedTo({ insns, insn }: Walk): string {
  return `R${insns.dst(insn)} tried to ${insnOp(insns.code(insn)) === BPF_ADD ? 'add' : 'sub'}`;
}

/** How far the pointer may be moved: bytes, unsigned. */
function limitOf(
  walk: Walk,
  pointer: number,
  { toLeft, inPlace }: { readonly toLeft: boolean; readonly inPlace: boolean },
): Refusal | number {
  const { w, insns, insn } = walk;
  let most: number;
  let limit: number;
  switch (w[pointer + TYPE]) {
    case PTR_TO_STACK:
      // The end of the stack is where its first bytes are come to from.
      most = MAX_BPF_STACK + (toLeft ? 1 : 0);
      limit = -(w[pointer + VALUE] + w[pointer + OFF]) >>> 0;
      break;
    case PTR_TO_MAP_VALUE:
      most = walk.mapViews[w[pointer + AUX]].attr.valueSize;
      limit = (w[pointer + (toLeft ? SMIN : UMAX)] + w[pointer + OFF]) >>> 0;
      break;
    default: {
      const register = inPlace ? insns.dst(insn) : insns.src(insn);
      return walk.denied(`R${register} has pointer with unsupported alu operation, ${PROHIBITED}`);
    }
  }
  if (limit < most) return limit;
  return walk.denied(`${triedTo(walk)} beyond pointer bounds, ${PROHIBITED}`);
}

/** A pointer that is not trusted to be checked when it is used stays in what it points to. */
function checkStays(walk: Walk, row: number): Refusal | undefined {
  const { w, insns, insn } = walk;
  const register = insns.dst(insn);
  switch (w[row + TYPE]) {
    case PTR_TO_STACK:
      return checkStaysOnStack(walk, row, register);
    case PTR_TO_MAP_VALUE: {
      const outside = checkMapBytes(walk, { register, off: 0, size: 1, write: false }, false);
      if (!outside) return undefined;
      const text = `R${register} pointer arithmetic of map value goes out of range, prohibited for !root`;
      return walk.denied(`${outside.text}\n${text}`);
    }
    default:
      return undefined;
  }
}

function checkStaysOnStack(walk: Walk, row: number, register: number): Refusal | undefined {
  const { w } = walk;
  const off = w[row + OFF] + w[row + VALUE];
  if (!isKnown(w, row)) {
    const where = `var_off=${bitsText(w, row)} off=${off}`;
    return walk.denied(`R${register} variable stack access prohibited for !root, ${where}`);
  }
  if (off < 0 && off >= -MAX_BPF_STACK) return undefined;
  return walk.denied(`R${register} stack pointer arithmetic goes out of range, prohibited for !root; off=${off}`);
}
