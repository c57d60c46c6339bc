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
  BPF_MOV,
  BPF_MUL,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
} from './opcodes.ts';

/** Operators of arithmetic in the kernel's text; `signed` is for offset 1. */
export const ALU_SIGNS = {
  plain: new Map([
    [BPF_ADD, '+='],
    [BPF_SUB, '-='],
    [BPF_MUL, '*='],
    [BPF_DIV, '/='],
    [BPF_OR, '|='],
    [BPF_AND, '&='],
    [BPF_LSH, '<<='],
    [BPF_RSH, '>>='],
    [BPF_MOD, '%='],
    [BPF_XOR, '^='],
    [BPF_MOV, '='],
    [BPF_ARSH, 's>>='],
  ]),
  signed: new Map([
    [BPF_DIV, 's/='],
    [BPF_MOD, 's%='],
  ]),
} as const;

/** Operators of conditional jumps. */
export const JUMP_SIGNS = new Map([
  [BPF_JEQ, '=='],
  [BPF_JGT, '>'],
  [BPF_JGE, '>='],
  [BPF_JSET, '&'],
  [BPF_JNE, '!='],
  [BPF_JSGT, 's>'],
  [BPF_JSGE, 's>='],
  [BPF_JLT, '<'],
  [BPF_JLE, '<='],
  [BPF_JSLT, 's<'],
  [BPF_JSLE, 's<='],
]);

/** Names of atomic operations that can fetch. */
export const ATOMIC_NAMES = new Map([
  [BPF_ADD, 'add'],
  [BPF_AND, 'and'],
  [BPF_OR, 'or'],
  [BPF_XOR, 'xor'],
]);
