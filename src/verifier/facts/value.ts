import type { PointerClass } from '../../isa/index.ts';

/**
 * What one register or stack slot holds on every path to a place. Never changed once made; two places that hold the
 * same object hold the same pointer (and two pointers are two objects).
 */
export interface Value {
  readonly cls: PointerClass;
  /** Scalars: the value, a signed number of at most 53 bits; pointers: bytes from where they began. */
  readonly number?: number;
  /** `map` and `map_value`: index into the facts' maps. */
  readonly map?: number;
  /** `stack`: the subprogram whose frame it is; `function`: the subprogram. */
  readonly sub?: number;
}

/** A number of which nothing is known, also what was never set: no program may use it as an address. */
export const SCALAR: Value = { cls: 'scalar' };
export const UNKNOWN: Value = { cls: 'unknown' };

export function constant(number: number): Value {
  return Number.isSafeInteger(number) ? { cls: 'scalar', number } : SCALAR;
}

/** The number that a u64 stands for, where it is kept. */
export function constantOf(bits: bigint): Value {
  return constant(Number(BigInt.asIntN(64, bits)));
}

/** The number of a scalar as a u64; undefined for pointers and where it is not known. */
export function bitsOf({ cls, number }: Value): bigint | undefined {
  return cls === 'scalar' && number !== undefined ? BigInt.asUintN(64, BigInt(number)) : undefined;
}

export function pointer(cls: PointerClass, number?: number): Value {
  return { cls, number };
}

/**
 * What holds of both. A pointer here and a number there is taken for the pointer: such a register is only ever followed
 * where it is one (`if (p)`).
 */
export function join(a: Value, b: Value): Value {
  if (a === b) return a;
  if (a.cls !== b.cls) {
    if (a.cls === 'scalar') return b;
    if (b.cls === 'scalar') return a;
    return UNKNOWN;
  }
  const number = a.number === b.number ? a.number : undefined;
  const map = a.map === b.map ? a.map : undefined;
  const sub = a.sub === b.sub ? a.sub : undefined;
  if (number === a.number && map === a.map && sub === a.sub) return a;
  return { cls: a.cls, number, map, sub };
}

/** `value + by`; `by` undefined: by something unknown. */
export function moved(value: Value, by: number | undefined): Value {
  if (value.number === undefined) return value;
  const number = by === undefined ? undefined : value.number + by;
  return { ...value, number: number !== undefined && Number.isSafeInteger(number) ? number : undefined };
}
