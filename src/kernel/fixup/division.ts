import {
  BPF_ALU,
  BPF_ALU64,
  BPF_DIV,
  BPF_JEQ,
  BPF_JGT,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_K,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_REG_AX,
  BPF_X,
  BPF_XOR,
  type Insn,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import { alu32, aluReg, goto } from './emit.ts';

const AX = BPF_REG_AX;
/** `off` of a signed division. */
const SIGNED = 1;

/**
 * What stands for a division, so that no processor faults on it: by 0 it yields 0, the rest of it what is divided; by -1
 * it negates. @returns undefined where it may stay
 */
export function checkedDivision(insn: Insn): Insn[] | undefined {
  const cls = insnClass(insn.code);
  const op = insnOp(insn.code);
  if ((cls !== BPF_ALU && cls !== BPF_ALU64) || (op !== BPF_DIV && op !== BPF_MOD)) return undefined;
  const division: Division = { insn, wide: cls === BPF_ALU64, isRest: op === BPF_MOD };
  if (insnSource(insn.code) === BPF_K) return insn.off === SIGNED && insn.imm === -1 ? byMinusOne(division) : undefined;
  return insn.off === SIGNED ? signed(division) : unsigned(division);
}

interface Division {
  readonly insn: Insn;
  readonly wide: boolean;
  /** Of `%`. */
  readonly isRest: boolean;
}

function byMinusOne({ insn, wide, isRest }: Division): Insn[] {
  return [isRest ? alu32('mov', insn.dst, 0) : negate(insn.dst, wide)];
}

function unsigned({ insn, wide, isRest }: Division): Insn[] {
  const { dst, src } = insn;
  if (!isRest) {
    const clear = { code: BPF_ALU | BPF_XOR | BPF_X, dst, src: dst, off: 0, imm: 0 };
    return [branch(BPF_JNE, src, { wide, imm: 0, off: 2 }), clear, goto(1), insn];
  }
  return [branch(BPF_JEQ, src, { wide, imm: 0, off: wide ? 1 : 2 }), insn, ...truncation(dst, wide)];
}

/** One added to the divisor is 0 or 1 for those that processors fault on. */
function signed({ insn, wide, isRest }: Division): Insn[] {
  const { dst, src } = insn;
  const plusOne = [aluReg('mov', AX, src), { ...alu32('add', AX, 1), code: (wide ? BPF_ALU64 : BPF_ALU) | BPF_K }];
  const zero = alu32('mov', dst, 0);
  if (!isRest) {
    return [
      ...plusOne,
      branch(BPF_JGT, AX, { wide, imm: 1, off: 4 }),
      branch(BPF_JEQ, AX, { wide, imm: 0, off: 1 }),
      wide ? { ...zero, code: BPF_ALU64 | BPF_MOV | BPF_K } : zero,
      negate(dst, wide),
      goto(1),
      insn,
    ];
  }
  return [
    ...plusOne,
    branch(BPF_JGT, AX, { wide, imm: 1, off: 3 }),
    branch(BPF_JEQ, AX, { wide, imm: 1, off: wide ? 3 : 4 }),
    zero,
    goto(1),
    insn,
    ...truncation(dst, wide),
  ];
}

/** What was divided is the rest, cut to its low half. */
function truncation(dst: number, wide: boolean): Insn[] {
  return wide ? [] : [goto(1), { code: BPF_ALU | BPF_MOV | BPF_X, dst, src: dst, off: 0, imm: 0 }];
}

function negate(dst: number, wide: boolean): Insn {
  return { code: (wide ? BPF_ALU64 : BPF_ALU) | BPF_NEG, dst, src: 0, off: 0, imm: 0 };
}

function branch(op: number, dst: number, { wide, imm, off }: { wide: boolean; imm: number; off: number }): Insn {
  return { code: (wide ? BPF_JMP : BPF_JMP32) | op | BPF_K, dst, src: 0, off, imm };
}
