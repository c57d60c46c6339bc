import {
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
} from '../../isa/index.ts';
import { isKnown, isKnown32 } from './bounds.ts';
import { MASK, S32_MAX, S32_MIN, SMAX, SMIN, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from './row.ts';
import { belowS, belowU } from './words.ts';

/** A conditional jump on two numbers. */
export interface Comparison {
  /** BPF_JEQ to BPF_JSLE, or `JNSET`. */
  readonly op: number;
  /** All 64 bits, or the low 32. */
  readonly wide: boolean;
  /** Rows of the two numbers. */
  readonly d: number;
  readonly s: number;
}

/** The opposite of BPF_JSET, which no instruction has. */
export const JNSET = BPF_JSET | 0x08;

const OPPOSITE: Readonly<Record<number, number>> = {
  [BPF_JEQ]: BPF_JNE,
  [BPF_JNE]: BPF_JEQ,
  [BPF_JSET]: JNSET,
  [JNSET]: BPF_JSET,
  [BPF_JGE]: BPF_JLT,
  [BPF_JLT]: BPF_JGE,
  [BPF_JGT]: BPF_JLE,
  [BPF_JLE]: BPF_JGT,
  [BPF_JSGE]: BPF_JSLT,
  [BPF_JSLT]: BPF_JSGE,
  [BPF_JSGT]: BPF_JSLE,
  [BPF_JSLE]: BPF_JSGT,
};

const SWAPPED: Readonly<Record<number, number>> = {
  [BPF_JEQ]: BPF_JEQ,
  [BPF_JNE]: BPF_JNE,
  [BPF_JSET]: BPF_JSET,
  [JNSET]: JNSET,
  [BPF_JGE]: BPF_JLE,
  [BPF_JLE]: BPF_JGE,
  [BPF_JGT]: BPF_JLT,
  [BPF_JLT]: BPF_JGT,
  [BPF_JSGE]: BPF_JSLE,
  [BPF_JSLE]: BPF_JSGE,
  [BPF_JSGT]: BPF_JSLT,
  [BPF_JSLT]: BPF_JSGT,
};

/** The comparison that holds where `op` does not. */
export function oppositeOf(op: number): number {
  return OPPOSITE[op];
}

/** The comparison of the second with the first that says what `op` says of the first with the second. */
export function swappedOp(op: number): number {
  return SWAPPED[op];
}

/** @returns whether the comparison holds for all numbers that the rows may be; undefined where it may and may not */
export function outcomeOf(w: Int32Array, comparison: Comparison): boolean | undefined {
  const { op, wide, d, s } = comparison;
  switch (op) {
    case BPF_JEQ:
      return wide ? equal64(w, d, s) : equal32(w, d, s);
    case BPF_JNE:
      return not(wide ? equal64(w, d, s) : equal32(w, d, s));
    case BPF_JSET:
      return anySet(w, comparison);
    case JNSET:
      return not(anySet(w, comparison));
    case BPF_JGT:
      return wide ? aboveU64(w, d, s) : aboveU32(w, d, s);
    case BPF_JLT:
      return wide ? aboveU64(w, s, d) : aboveU32(w, s, d);
    case BPF_JGE:
      return not(wide ? aboveU64(w, s, d) : aboveU32(w, s, d));
    case BPF_JLE:
      return not(wide ? aboveU64(w, d, s) : aboveU32(w, d, s));
    case BPF_JSGT:
      return wide ? aboveS64(w, d, s) : aboveS32(w, d, s);
    case BPF_JSLT:
      return wide ? aboveS64(w, s, d) : aboveS32(w, s, d);
    case BPF_JSGE:
      return not(wide ? aboveS64(w, s, d) : aboveS32(w, s, d));
    default:
      return not(wide ? aboveS64(w, d, s) : aboveS32(w, d, s));
  }
}

function not(outcome: boolean | undefined): boolean | undefined {
  return outcome === undefined ? undefined : !outcome;
}

function equal64(w: Int32Array, d: number, s: number): boolean | undefined {
  if (isKnown(w, d) && isKnown(w, s)) return w[d + VALUE] === w[s + VALUE] && w[d + VALUE + 1] === w[s + VALUE + 1];
  const apart =
    bitsDiffer(w, d, s) ||
    bitsDiffer(w, d + 1, s + 1) ||
    belowU(w, d + UMAX, s + UMIN) ||
    belowU(w, s + UMAX, d + UMIN) ||
    belowS(w, d + SMAX, s + SMIN) ||
    belowS(w, s + SMAX, d + SMIN) ||
    apart32(w, d, s);
  return apart ? false : undefined;
}

function equal32(w: Int32Array, d: number, s: number): boolean | undefined {
  if (isKnown32(w, d) && isKnown32(w, s)) return w[d + VALUE] === w[s + VALUE];
  return bitsDiffer(w, d, s) || apart32(w, d, s) ? false : undefined;
}

/** Whether a bit is known in both words and differs. */
function bitsDiffer(w: Int32Array, d: number, s: number): boolean {
  return ((w[d + VALUE] ^ w[s + VALUE]) & ~(w[d + MASK] | w[s + MASK])) !== 0;
}

function apart32(w: Int32Array, d: number, s: number): boolean {
  return (
    w[d + U32_MAX] >>> 0 < w[s + U32_MIN] >>> 0 ||
    w[s + U32_MAX] >>> 0 < w[d + U32_MIN] >>> 0 ||
    w[d + S32_MAX] < w[s + S32_MIN] ||
    w[s + S32_MAX] < w[d + S32_MIN]
  );
}

/** Whether the two numbers have a bit in common, of which one is known. */
function anySet(w: Int32Array, { wide, d, s }: Comparison): boolean | undefined {
  const known = wide ? isKnown : isKnown32;
  const [number, bits] = known(w, s) ? [d, s] : [s, d];
  if (!known(w, bits)) return undefined;
  const low = w[bits + VALUE];
  const high = wide ? w[bits + VALUE + 1] : 0;
  if (w[number + VALUE] & ~w[number + MASK] & low || w[number + VALUE + 1] & ~w[number + MASK + 1] & high) return true;
  const mayBe =
    ((w[number + VALUE] | w[number + MASK]) & low) | ((w[number + VALUE + 1] | w[number + MASK + 1]) & high);
  return mayBe === 0 ? false : undefined;
}

function aboveU64(w: Int32Array, d: number, s: number): boolean | undefined {
  if (belowU(w, s + UMAX, d + UMIN)) return true;
  return belowU(w, s + UMIN, d + UMAX) ? undefined : false;
}

function aboveS64(w: Int32Array, d: number, s: number): boolean | undefined {
  if (belowS(w, s + SMAX, d + SMIN)) return true;
  return belowS(w, s + SMIN, d + SMAX) ? undefined : false;
}

function aboveU32(w: Int32Array, d: number, s: number): boolean | undefined {
  if (w[d + U32_MIN] >>> 0 > w[s + U32_MAX] >>> 0) return true;
  return w[d + U32_MAX] >>> 0 > w[s + U32_MIN] >>> 0 ? undefined : false;
}

function aboveS32(w: Int32Array, d: number, s: number): boolean | undefined {
  if (w[d + S32_MIN] > w[s + S32_MAX]) return true;
  return w[d + S32_MAX] > w[s + S32_MIN] ? undefined : false;
}
