import {
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_AND,
  BPF_DIV,
  BPF_END,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_OR,
  BPF_SUB,
  BPF_X,
  BPF_XOR,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { isKnown, setUnknownNumber, zeroExtend } from '../domain/bounds.ts';
import { signExtend } from '../domain/extend.ts';
import { copyRow, ID, OFF, SUBREG, TYPE, UMAX } from '../domain/row.ts';
import { ltU } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, PTR_TO_ARENA, SCALAR_VALUE } from '../state/reg-type.ts';
import { addToPointer } from './pointer-arithmetic.ts';
import { setImmediate, setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Marks an id of a sum: what else has it differs by a constant. */
export const ADD_CONST = 1 << 31;

const OPERATORS: Readonly<Record<number, string>> = {
  0: '+=',
  16: '-=',
  32: '*=',
  48: '/=',
  64: '|=',
  80: '&=',
  96: '<<=',
  112: '>>=',
  128: 'neg',
  144: '%=',
  160: '^=',
  176: '=',
  192: 's>>=',
  208: 'endian',
};

/** How logs write an operation. */
export function operatorText(op: number): string {
  return OPERATORS[op] ?? '?';
}

/** Arithmetic, moves and casts. The instruction's own fields are in order. */
export function walkAlu(walk: Walk): Refusal | undefined {
  const { insns } = walk.program;
  const i = walk.insn;
  const code = insns.code(i);
  const op = insnOp(code);
  const dst = insns.dst(i);
  if (op === BPF_NEG || op === BPF_END) return walkUnary(walk, op);
  const fromRegister = insnSource(code) === BPF_X;
  if (fromRegister) {
    const refusal = walk.checkRead(insns.src(i));
    if (refusal) return refusal;
  }
  if (op === BPF_MOV) return walkMove(walk);
  const refusal = walk.checkRead(dst);
  if (refusal) return refusal;
  if ((op === BPF_MOD || op === BPF_DIV) && !fromRegister && insns.imm(i) === 0) return walk.invalid('div by zero');
  return compute(walk, op);
}

function walkUnary(walk: Walk, op: number): Refusal | undefined {
  const { w, program } = walk;
  const dst = program.insns.dst(walk.insn);
  const refusal = walk.checkRead(dst);
  if (refusal) return refusal;
  const row = walk.reg(dst);
  if (w[row + TYPE] !== SCALAR_VALUE) return walk.denied(`R${dst} pointer arithmetic prohibited`);
  if (op === BPF_END) {
    setUnknown(w, row);
    return undefined;
  }
  // -x is 0 - x.
  const source = walk.scratch(0);
  copyRow(w, source, w, row);
  setImmediate(w, row, 0);
  computeNumber(w, { op: BPF_SUB, wide: isWideAlu(walk), d: row, s: source });
  return undefined;
}

function isWideAlu({ program, insn }: Walk): boolean {
  return insnClass(program.insns.code(insn)) === BPF_ALU64;
}

function walkMove(walk: Walk): Refusal | undefined {
  const { w, program, insn } = walk;
  const { insns } = program;
  const row = walk.reg(insns.dst(insn));
  const wide = isWideAlu(walk);
  if (insnSource(insns.code(insn)) !== BPF_X) {
    setImmediate(w, row, insns.imm(insn));
    if (!wide) zeroExtend(w, row);
    return undefined;
  }
  const from = walk.reg(insns.src(insn));
  const off = insns.off(insn);
  if (wide && off === BPF_ADDR_SPACE_CAST) return castAddressSpace(walk, row);
  if (wide && off === 0) {
    shareId(walk, from);
    copyRow(w, row, w, from);
    w[row + SUBREG] = 0;
    return undefined;
  }
  return off === 0 ? moveLow(walk, row, from) : moveExtended(walk, { row, from, bits: off, wide });
}

/** Two registers that hold the same number are known to: what is learned of one is learned of the other. */
export function shareId({ w, ...walk }: Pick<Walk, 'w' | 'newId'>, row: number): void {
  if (w[row + TYPE] !== SCALAR_VALUE) return;
  if (w[row + ID] & ADD_CONST) forgetId(w, row);
  if (w[row + ID] === 0 && !isKnown(w, row)) w[row + ID] = walk.newId();
}

/** The number is no longer known to be another one's. */
export function forgetId(w: Int32Array, row: number): void {
  w[row + ID] = 0;
  w[row + OFF] = 0;
}

function castAddressSpace(walk: Walk, row: number): Refusal | undefined {
  const { w } = walk;
  setUnknown(w, row);
  // From user space to the arena: the pointer is the arena's.
  if (walk.program.insns.imm(walk.insn) === 1) w[row + TYPE] = PTR_TO_ARENA;
  return undefined;
}

function moveLow(walk: Walk, row: number, from: number): Refusal | undefined {
  const { w, program, insn } = walk;
  if (w[from + TYPE] !== SCALAR_VALUE) return walk.denied(`R${program.insns.src(insn)} partial copy of pointer`);
  const fits = ltU(w[from + UMAX], w[from + UMAX + 1], 0, 1);
  if (fits) shareId(walk, from);
  copyRow(w, row, w, from);
  if (!fits) forgetId(w, row);
  zeroExtend(w, row);
  w[row + SUBREG] = insn + 1;
  return undefined;
}

interface Extension {
  readonly row: number;
  readonly from: number;
  readonly bits: number;
  readonly wide: boolean;
}

function moveExtended(walk: Walk, { row, from, bits, wide }: Extension): Refusal | undefined {
  const { w, program, insn } = walk;
  if (w[from + TYPE] !== SCALAR_VALUE) {
    const register = `R${program.insns.src(insn)}`;
    return walk.denied(wide ? `${register} sign-extension part of pointer` : `${register} partial copy of pointer`);
  }
  const same = ltU(w[from + UMAX], w[from + UMAX + 1], bits === 32 ? 0x8000_0000 : 1 << (bits - 1), 0);
  if (same) shareId(walk, from);
  copyRow(w, row, w, from);
  if (!same) forgetId(w, row);
  signExtend(w, row, { bits, wide });
  w[row + SUBREG] = wide ? 0 : insn + 1;
  return undefined;
}

/** Everything that has two operands. */
function compute(walk: Walk, op: number): Refusal | undefined {
  const { w, program, insn } = walk;
  const { insns } = program;
  const row = walk.reg(insns.dst(insn));
  const operand = walk.scratch(0);
  const fromRegister = insnSource(insns.code(insn)) === BPF_X;
  if (fromRegister) copyRow(w, operand, w, walk.reg(insns.src(insn)));
  else setImmediate(w, operand, insns.imm(insn));
  const pointers = Number(w[row + TYPE] !== SCALAR_VALUE) + 2 * Number(w[operand + TYPE] !== SCALAR_VALUE);
  if (baseType(w[row + TYPE]) === PTR_TO_ARENA) return computeArena(walk, row);
  switch (pointers) {
    case 3:
      return computePointers(walk, op, row);
    case 2:
      if (op === BPF_ADD || op === BPF_SUB) return addToPointer(walk, { op, pointer: operand, number: row, into: row });
      return bitwiseOrOther(walk, op);
    case 1:
      if (op === BPF_ADD || op === BPF_SUB) return addToPointer(walk, { op, pointer: row, number: operand, into: row });
      return bitwiseOrOther(walk, op);
  }
  computeScalars(walk, { op, row, operand });
  return undefined;
}

function bitwiseOrOther(walk: Walk, op: number): Refusal {
  const dst = walk.program.insns.dst(walk.insn);
  const how = op === BPF_AND || op === BPF_OR || op === BPF_XOR ? 'bitwise operator' : undefined;
  return walk.denied(
    how === undefined
      ? `R${dst} pointer arithmetic with ${operatorText(op)} operator prohibited`
      : `R${dst} ${how} ${operatorText(op)} on pointer prohibited`,
  );
}

/** A pointer minus a pointer is a number, nothing else may be done with two of them. */
function computePointers(walk: Walk, op: number, row: number): Refusal | undefined {
  if (op === BPF_SUB && walk.program.privileged) {
    setUnknown(walk.w, row);
    return undefined;
  }
  const dst = walk.program.insns.dst(walk.insn);
  return walk.denied(`R${dst} pointer ${operatorText(op)} pointer prohibited`);
}

/** An arena's addresses are numbers to calculate with; the result is the arena's. */
function computeArena(walk: Walk, row: number): undefined {
  setUnknownNumber(walk.w, row);
  if (!isWideAlu(walk)) zeroExtend(walk.w, row);
  return undefined;
}

function computeScalars(walk: Walk, { op, row, operand }: { op: number; row: number; operand: number }): void {
  const { w, program, insn } = walk;
  const wide = isWideAlu(walk);
  const id = w[row + ID];
  computeNumber(w, { op, wide, d: row, s: operand });
  w[row + SUBREG] = wide ? 0 : insn + 1;
  const addend = program.insns.imm(insn);
  const byConstant = insnSource(program.insns.code(insn)) !== BPF_X && addend !== -0x8000_0000;
  // A sum with a constant stays linked to what it was made of, once.
  if (wide && (op === BPF_ADD || op === BPF_SUB) && byConstant && id !== 0 && !(id & ADD_CONST) && !isKnown(w, row)) {
    w[row + ID] = id | ADD_CONST;
    w[row + OFF] = op === BPF_ADD ? addend : -addend;
  } else forgetId(w, row);
}
