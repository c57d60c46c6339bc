import { isKnown } from '../domain/bounds.ts';
import { MASK, S32_MAX, S32_MIN, SMAX, SMIN, TYPE, U32_MAX, U32_MIN, UMAX, UMIN, VALUE } from '../domain/row.ts';
import { pairText } from '../domain/text.ts';
import { read64, readS64 } from '../domain/words.ts';
import { SCALAR_VALUE } from '../state/reg-type.ts';

const S64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const U64_MAX = 2n ** 64n - 1n;
const S32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const U32_MAX_VALUE = 2n ** 32n - 1n;
/** Beyond these numbers are hexadecimal. */
const S16 = { min: -(2n ** 15n), max: 2n ** 15n - 1n };
const U16_MAX = 2n ** 16n - 1n;

/** A number with a sign as logs print it: decimal where 16 bits hold it, else hexadecimal. */
export function numberText(value: bigint, bits: 32 | 64 = 64): string {
  if (value >= S16.min && value <= S16.max) return String(value);
  return `0x${BigInt.asUintN(bits, value).toString(16)}`;
}

/** The same of a number without a sign. */
export function unsignedText(value: bigint): string {
  const unsigned = BigInt.asUintN(64, value);
  return unsigned <= U16_MAX ? String(unsigned) : `0x${unsigned.toString(16)}`;
}

interface Bound {
  readonly name: string;
  readonly value: bigint;
  /** Says nothing. */
  readonly trivial: boolean;
}

/**
 * The bounds of a number, without those that say nothing; equal ones share a value: `smin=0,smax=umax=255,
 * var_off=(0x0; 0xff)`.
 */
export function boundsText(w: Int32Array, row: number): string[] {
  const bounds = boundsOf(w, row).filter(({ trivial }) => !trivial);
  const parts: string[] = [];
  const done = new Set<Bound>();
  for (const bound of bounds) {
    if (done.has(bound)) continue;
    const equal = bounds.filter((other) => !done.has(other) && areEqual(bound, other));
    for (const other of equal) done.add(other);
    const bits = bound.name.endsWith('32') ? 32 : 64;
    const text = bound.name.startsWith('s') ? numberText(bound.value, bits) : unsignedText(bound.value);
    parts.push(`${equal.map(({ name }) => `${name}=`).join('')}${text}`);
  }
  const allUnknown = w[row + MASK] === -1 && w[row + MASK + 1] === -1;
  if (!allUnknown) parts.push(`var_off=${pairText(w, row)}`);
  return parts;
}

/** Two lower or two upper bounds of one value. */
function areEqual(one: Bound, other: Bound): boolean {
  return one.name.slice(1, 4) === other.name.slice(1, 4) && printed(one) === printed(other);
}

/** What is compared: 32 bits with a sign count without it where they are hexadecimal. */
function printed({ name, value }: Bound): bigint {
  const isDecimal = value >= S16.min && value <= S16.max;
  return name.endsWith('32') && !isDecimal ? BigInt.asUintN(32, value) : value;
}

function boundsOf(w: Int32Array, row: number): Bound[] {
  const bound = (name: string, value: bigint, none: bigint): Bound => ({ name, value, trivial: value === none });
  return [
    bound('smin', readS64(w, row + SMIN), S64.min),
    bound('smax', readS64(w, row + SMAX), S64.max),
    bound('umin', read64(w, row + UMIN), 0n),
    bound('umax', read64(w, row + UMAX), U64_MAX),
    bound('smin32', BigInt(w[row + S32_MIN]), S32.min),
    bound('smax32', BigInt(w[row + S32_MAX]), S32.max),
    bound('umin32', BigInt(w[row + U32_MIN] >>> 0), 0n),
    bound('umax32', BigInt(w[row + U32_MAX] >>> 0), U32_MAX_VALUE),
  ];
}

/** The number that the row is known to hold. @returns undefined where it may be several, or the row is a pointer */
export function knownScalar(w: Int32Array, row: number): bigint | undefined {
  return w[row + TYPE] === SCALAR_VALUE && isKnown(w, row) ? readS64(w, row + VALUE) : undefined;
}
