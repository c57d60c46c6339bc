import {
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_X,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import type { OpsWith } from '../../wasm/index.ts';
import type { AluTarget } from './alu.ts';

const COMPARISONS: Readonly<Record<number, readonly [wide: OpsWith<'none'>, narrow: OpsWith<'none'>]>> = {
  [BPF_JEQ]: ['i64.eq', 'i32.eq'],
  [BPF_JNE]: ['i64.ne', 'i32.ne'],
  [BPF_JGT]: ['i64.gt_u', 'i32.gt_u'],
  [BPF_JGE]: ['i64.ge_u', 'i32.ge_u'],
  [BPF_JLT]: ['i64.lt_u', 'i32.lt_u'],
  [BPF_JLE]: ['i64.le_u', 'i32.le_u'],
  [BPF_JSGT]: ['i64.gt_s', 'i32.gt_s'],
  [BPF_JSGE]: ['i64.ge_s', 'i32.ge_s'],
  [BPF_JSLT]: ['i64.lt_s', 'i32.lt_s'],
  [BPF_JSLE]: ['i64.le_s', 'i32.le_s'],
};

/** Compiles the comparison of a conditional jump: 1 on the stack where it is taken. @returns whether there is such a jump */
export function emitComparison({ body, registers, code }: AluTarget, pc: number): boolean {
  const op = insnOp(code.op[pc]);
  const wide = insnClass(code.op[pc]) === BPF_JMP;
  if (wide) registers.get(code.dst[pc]);
  else registers.low(code.dst[pc]);
  if (insnSource(code.op[pc]) === BPF_X) {
    if (wide) registers.get(code.src[pc]);
    else registers.low(code.src[pc]);
  } else if (wide) body.i64(BigInt(code.imm[pc]));
  else body.i32(code.imm[pc]);
  if (op === BPF_JSET) {
    if (wide) body.op('i64.and').i64(0n).op('i64.ne');
    else body.op('i32.and');
    return true;
  }
  const comparison = COMPARISONS[op];
  if (comparison === undefined) return false;
  body.op(comparison[wide ? 0 : 1]);
  return true;
}
