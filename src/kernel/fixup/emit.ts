import type { Insn } from '../../isa/index.ts';
import {
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_AND,
  BPF_B,
  BPF_DW,
  BPF_H,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_K,
  BPF_LDX,
  BPF_LSH,
  BPF_MEM,
  BPF_MOV,
  BPF_MUL,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_W,
  BPF_X,
} from '../../isa/index.ts';

const SIZES: Readonly<Record<number, number>> = { 1: BPF_B, 2: BPF_H, 4: BPF_W, 8: BPF_DW };

/** The size bits of an access of that many bytes. */
function sizeBits(bytes: number): number {
  return SIZES[bytes] ?? BPF_W;
}

const insn = (code: number, dst: number, src: number, rest: { off?: number; imm?: number }): Insn => ({
  code,
  dst,
  src,
  off: rest.off ?? 0,
  imm: rest.imm ?? 0,
});

/** dst = *(bytes *)(src + off) */
export function load(bytes: number, dst: number, src: number, off: number): Insn {
  return insn(BPF_LDX | BPF_MEM | sizeBits(bytes), dst, src, { off });
}

/** *(bytes *)(dst + off) = src */
export function store(bytes: number, dst: number, src: number, off: number): Insn {
  return insn(BPF_STX | BPF_MEM | sizeBits(bytes), dst, src, { off });
}

/** *(bytes *)(dst + off) = imm */
export function storeImm(bytes: number, dst: number, off: number, imm: number): Insn {
  return insn(BPF_ST | BPF_MEM | sizeBits(bytes), dst, 0, { off, imm });
}

const OPS = {
  add: BPF_ADD,
  sub: BPF_SUB,
  mul: BPF_MUL,
  and: BPF_AND,
  lsh: BPF_LSH,
  rsh: BPF_RSH,
  mov: BPF_MOV,
} as const;

/** 32-bit `dst op= imm`. */
export function alu32(op: keyof typeof OPS, dst: number, imm: number): Insn {
  return insn(BPF_ALU | OPS[op] | BPF_K, dst, 0, { imm: imm | 0 });
}

/** 64-bit `dst op= imm`. */
export function alu64(op: keyof typeof OPS, dst: number, imm: number): Insn {
  return insn(BPF_ALU64 | OPS[op] | BPF_K, dst, 0, { imm });
}

/** 64-bit `dst op= src`; `off` is the width of a sign-extending move. */
export function aluReg(op: keyof typeof OPS, dst: number, src: number, off = 0): Insn {
  return insn(BPF_ALU64 | OPS[op] | BPF_X, dst, src, { off });
}

/** if dst `op` imm goto off */
export function jump(op: number, dst: number, imm: number, off: number): Insn {
  return insn(BPF_JMP | op | BPF_K, dst, 0, { off, imm });
}

/** The same on the low 32 bits. */
export function jump32(op: number, dst: number, imm: number, off: number): Insn {
  return insn(BPF_JMP32 | op | BPF_K, dst, 0, { off, imm });
}

/** goto off */
export function goto(off: number): Insn {
  return insn(BPF_JMP | BPF_JA, 0, 0, { off });
}
