/** Low 64 bits of `value`, unsigned. */
export function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** Low 64 bits of `value`, two's complement. */
export function s64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** A u64 from its two 32-bit halves (either sign of number). */
export function u64FromWords(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** The low 32 bits of a u64 as an unsigned number. */
export function low32(value: bigint): number {
  return Number(value & 0xffff_ffffn);
}

/** The high 32 bits of a u64 as an unsigned number. */
export function high32(value: bigint): number {
  return Number((value >> 32n) & 0xffff_ffffn);
}

/** `value` rounded up to a multiple of `alignment`, a power of two or not. */
export function alignUp(value: number, alignment: number): number {
  const rest = value % alignment;
  return rest === 0 ? value : value + alignment - rest;
}
