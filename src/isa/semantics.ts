import {
  BPF_ADD,
  BPF_AND,
  BPF_ARSH,
  BPF_DIV,
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
  BPF_LSH,
  BPF_MOD,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
} from './opcodes.ts';

/**
 * 64-bit arithmetic but for moves and byte swaps. Operands are u64; the result is meant modulo 2^64. Division by zero
 * gives 0, a remainder by zero the dividend; shift counts are taken modulo 64.
 * @param signed whether BPF_DIV and BPF_MOD are signed (offset 1)
 * @returns undefined where there is no such operation
 * @see RFC 9669 section 4.1
 */
export function alu64(op: number, a: bigint, b: bigint, signed: boolean): bigint | undefined {
  switch (op) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return a * b;
    case BPF_DIV:
      if (b === 0n) return 0n;
      return signed ? BigInt.asIntN(64, a) / BigInt.asIntN(64, b) : a / b;
    case BPF_MOD:
      if (b === 0n) return a;
      return signed ? BigInt.asIntN(64, a) % BigInt.asIntN(64, b) : a % b;
    case BPF_OR:
      return a | b;
    case BPF_AND:
      return a & b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      return a << (b & 63n);
    case BPF_RSH:
      return a >> (b & 63n);
    case BPF_ARSH:
      return BigInt.asIntN(64, a) >> (b & 63n);
    case BPF_NEG:
      return -a;
    default:
      return undefined;
  }
}

/** 32-bit arithmetic but for moves and byte swaps, as `alu64`: operands are u32, the result is meant modulo 2^32. */
export function alu32(op: number, a: number, b: number, signed: boolean): number | undefined {
  switch (op) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return Math.imul(a, b);
    case BPF_DIV:
      if (b === 0) return 0;
      return signed ? Math.trunc((a | 0) / (b | 0)) : Math.floor(a / b);
    case BPF_MOD:
      if (b === 0) return a;
      return signed ? (a | 0) % (b | 0) : a % b;
    case BPF_OR:
      return a | b;
    case BPF_AND:
      return a & b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      return a << (b & 31);
    case BPF_RSH:
      return a >>> (b & 31);
    case BPF_ARSH:
      return (a | 0) >> (b & 31);
    case BPF_NEG:
      return -a;
    default:
      return undefined;
  }
}

/** Whether a conditional jump on two u64 is taken; undefined where there is no such jump. */
export function jump64(op: number, a: bigint, b: bigint): boolean | undefined {
  switch (op) {
    case BPF_JEQ:
      return a === b;
    case BPF_JNE:
      return a !== b;
    case BPF_JGT:
      return a > b;
    case BPF_JGE:
      return a >= b;
    case BPF_JLT:
      return a < b;
    case BPF_JLE:
      return a <= b;
    case BPF_JSET:
      return (a & b) !== 0n;
    case BPF_JSGT:
      return BigInt.asIntN(64, a) > BigInt.asIntN(64, b);
    case BPF_JSGE:
      return BigInt.asIntN(64, a) >= BigInt.asIntN(64, b);
    case BPF_JSLT:
      return BigInt.asIntN(64, a) < BigInt.asIntN(64, b);
    case BPF_JSLE:
      return BigInt.asIntN(64, a) <= BigInt.asIntN(64, b);
    default:
      return undefined;
  }
}

/** Whether a conditional jump on two u32 is taken; undefined where there is no such jump. */
export function jump32(op: number, a: number, b: number): boolean | undefined {
  switch (op) {
    case BPF_JEQ:
      return a === b;
    case BPF_JNE:
      return a !== b;
    case BPF_JGT:
      return a > b;
    case BPF_JGE:
      return a >= b;
    case BPF_JLT:
      return a < b;
    case BPF_JLE:
      return a <= b;
    case BPF_JSET:
      return (a & b) !== 0;
    case BPF_JSGT:
      return (a | 0) > (b | 0);
    case BPF_JSGE:
      return (a | 0) >= (b | 0);
    case BPF_JSLT:
      return (a | 0) < (b | 0);
    case BPF_JSLE:
      return (a | 0) <= (b | 0);
    default:
      return undefined;
  }
}

/** The low `bits` (16, 32 or 64) of a value with their bytes in the other order. */
export function byteSwap(value: bigint, bits: number): bigint {
  let result = 0n;
  for (let i = 0; i < bits; i += 8) result = (result << 8n) | ((value >> BigInt(i)) & 0xffn);
  return result;
}
