import {
  BPF_ABS,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_JSLE,
  BPF_LD,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  insnClass,
  insnMode,
  insnOp,
  insnSize,
  insnSource,
} from '../isa/index.ts';

/** Whether Linux knows the operation byte at all. */
export function isKnownOpcode(code: number): boolean {
  switch (insnClass(code)) {
    case BPF_ALU:
      if (insnOp(code) === BPF_NEG) return insnSource(code) === 0;
      return insnOp(code) <= BPF_END;
    case BPF_ALU64:
      if (insnOp(code) === BPF_NEG || insnOp(code) === BPF_END) return insnSource(code) === 0;
      return insnOp(code) <= BPF_END;
    case BPF_JMP:
      if ([BPF_JA, BPF_CALL, BPF_EXIT, BPF_JCOND].includes(insnOp(code))) return insnSource(code) === 0;
      return insnOp(code) <= BPF_JSLE;
    case BPF_JMP32:
      if (insnOp(code) === BPF_JA) return insnSource(code) === 0;
      return insnOp(code) <= BPF_JSLE && insnOp(code) !== BPF_CALL && insnOp(code) !== BPF_EXIT;
    case BPF_LD:
      if (code === BPF_LD_IMM64) return true;
      return (insnMode(code) === BPF_ABS || insnMode(code) === BPF_IND) && insnSize(code) !== BPF_DW;
    case BPF_LDX:
      return insnMode(code) === BPF_MEM || (insnMode(code) === BPF_MEMSX && insnSize(code) !== BPF_DW);
    case BPF_STX:
      return insnMode(code) === BPF_MEM || insnMode(code) === BPF_ATOMIC;
    case BPF_ST:
      return insnMode(code) === BPF_MEM;
    default:
      return false;
  }
}
