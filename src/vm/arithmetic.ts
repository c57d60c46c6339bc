import {
  alu32,
  alu64,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_DIV,
  BPF_END,
  BPF_MOD,
  BPF_MOV,
  BPF_TO_BE,
  BPF_X,
  byteSwap,
  insnClass,
  insnOp,
  insnSource,
} from '../isa/index.ts';

import { toArenaUser } from './arena.ts';
import type { Code } from './code.ts';
import type { FaultCause } from './fault.ts';
import type { Registers } from './registers.ts';

const unknown: FaultCause = { kind: 'bad-instruction', reason: 'no such arithmetic instruction' };

/** Carries out one instruction of BPF_ALU or BPF_ALU64. */
export function executeAlu(registers: Registers, code: Code, pc: number): FaultCause | undefined {
  const op = insnOp(code.op[pc]);
  if (op === BPF_MOV) return move(registers, code, pc);
  if (op === BPF_END) return swap(registers, code, pc);
  const dst = code.dst[pc];
  const useRegister = insnSource(code.op[pc]) === BPF_X;
  const signed = (op === BPF_DIV || op === BPF_MOD) && code.off[pc] === 1;
  if (insnClass(code.op[pc]) === BPF_ALU64) {
    const { u64 } = registers;
    const result = alu64(op, u64[dst], useRegister ? u64[code.src[pc]] : code.imm64[pc], signed);
    if (result === undefined) return unknown;
    u64[dst] = result;
  } else {
    const operand = useRegister ? registers.low(code.src[pc]) : code.imm[pc] >>> 0;
    const result = alu32(op, registers.low(dst), operand, signed);
    if (result === undefined) return unknown;
    registers.setLow(dst, result);
  }
  return undefined;
}

/** `mov`, with sign extension from the width that the offset names, and `addr_space_cast`. */
function move(registers: Registers, code: Code, pc: number): FaultCause | undefined {
  const { u64 } = registers;
  const dst = code.dst[pc];
  const src = code.src[pc];
  const wide = insnClass(code.op[pc]) === BPF_ALU64;
  if (insnSource(code.op[pc]) !== BPF_X) {
    if (wide) registers.setSigned(dst, code.imm[pc]);
    else registers.setLow(dst, code.imm[pc]);
    return undefined;
  }
  switch (code.off[pc]) {
    case 0:
      if (wide) registers.setWords(dst, registers.low(src), registers.high(src));
      else registers.setLow(dst, registers.low(src));
      return undefined;
    case 8:
    case 16: {
      const unused = 32 - code.off[pc];
      const value = (registers.low(src) << unused) >> unused;
      if (wide) registers.setSigned(dst, value);
      else registers.setLow(dst, value);
      return undefined;
    }
    case 32:
      if (!wide) return unknown;
      registers.setSigned(dst, registers.low(src) | 0);
      return undefined;
    case BPF_ADDR_SPACE_CAST: {
      const { arena } = code.program;
      if (!wide || !arena) return { kind: 'bad-instruction', reason: 'the program has no arena' };
      if (code.imm[pc] === 1) registers.setLow(dst, registers.low(src));
      else u64[dst] = toArenaUser(arena, registers.low(src));
      return undefined;
    }
    default:
      return unknown;
  }
}

/** `bswap`, and the conversions to a byte order, which only truncate where it is the machine's own. */
function swap(registers: Registers, code: Code, pc: number): FaultCause | undefined {
  const { u64 } = registers;
  const bits = code.imm[pc];
  if (bits !== 16 && bits !== 32 && bits !== 64) return unknown;
  const dst = code.dst[pc];
  const toBig = (code.op[pc] & 0x08) === BPF_TO_BE;
  const always = insnClass(code.op[pc]) === BPF_ALU64;
  u64[dst] = always || toBig === code.little ? byteSwap(u64[dst], bits) : BigInt.asUintN(bits, u64[dst]);
  return undefined;
}
