import { BPF_ALU, BPF_ALU64, BPF_B, BPF_DW, BPF_H, BPF_JA, BPF_JMP, BPF_JMP32, BPF_LD_IMM64 } from './opcodes.ts';

/** BPF_LD to BPF_ALU64. */
export function insnClass(code: number): number {
  return code & 0x07;
}

/** BPF_W, BPF_H, BPF_B or BPF_DW. */
export function insnSize(code: number): number {
  return code & 0x18;
}

/** BPF_IMM to BPF_ATOMIC. */
export function insnMode(code: number): number {
  return code & 0xe0;
}

/** The operation of arithmetic or a jump: BPF_ADD to BPF_END, BPF_JA to BPF_JCOND. */
export function insnOp(code: number): number {
  return code & 0xf0;
}

/** BPF_K or BPF_X. */
export function insnSource(code: number): number {
  return code & 0x08;
}

/** Bytes that a load, store or atomic moves. */
export function accessBytes(code: number): 1 | 2 | 4 | 8 {
  switch (insnSize(code)) {
    case BPF_B:
      return 1;
    case BPF_H:
      return 2;
    case BPF_DW:
      return 8;
    default:
      return 4;
  }
}

/** Whether the class of an opcode is arithmetic, of 32 or 64 bits. */
export function isAlu(code: number): boolean {
  const cls = insnClass(code);
  return cls === BPF_ALU || cls === BPF_ALU64;
}

/** Whether the class of an opcode is a jump, a call or an exit. */
export function isJump(code: number): boolean {
  const cls = insnClass(code);
  return cls === BPF_JMP || cls === BPF_JMP32;
}

/** Whether the instruction takes two slots. */
export function isWide(code: number): boolean {
  return code === BPF_LD_IMM64;
}

/** Whether it is `goto`, near or far. */
export function isGoto(code: number): boolean {
  return code === (BPF_JMP | BPF_JA) || code === (BPF_JMP32 | BPF_JA);
}
