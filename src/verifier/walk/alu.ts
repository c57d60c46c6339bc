import {
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_DIV,
  BPF_END,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_SUB,
  BPF_TO_BE,
  BPF_X,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { isKnown, isKnown32, zeroExtend } from '../domain/bounds.ts';
import { swapBytes } from '../domain/byte-order.ts';
import { signExtend } from '../domain/extend.ts';
import { narrow } from '../domain/narrow.ts';
import { copyRow, ID, OFF, PRECISE, SUBREG, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { ltU } from '../domain/words.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import { PTR_TO_ARENA, SCALAR_VALUE } from '../state/reg-type.ts';
import { ADD_CONST, ADD_CONST32, ADD_CONST64, forgetId, shareId } from './linked.ts';
import { checkNumberSum } from './mask.ts';
import { operatorText } from './operator.ts';
import { addToPointer } from './pointer-arithmetic.ts';
import { setImmediate, setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Arithmetic, moves and casts. The instruction's own fields are in order. */
export function walkAlu(walk: Walk): Refusal | undefined {
  const { insns } = walk;
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
  const { w, insns, insn } = walk;
  const dst = insns.dst(insn);
  const refusal = walk.checkRead(dst);
  if (refusal) return refusal;
  const row = walk.reg(dst);
  const isPointer = w[row + TYPE] !== SCALAR_VALUE;
  if (isPointer && !walk.program.privileges.allowPtrLeaks) return walk.denied(`R${dst} pointer arithmetic prohibited`);
  if (isPointer) {
    setUnknown(w, row);
    return undefined;
  }
  if (op === BPF_END) {
    changeByteOrder(walk, row);
    return undefined;
  }
  // -x is 0 - x.
  const source = walk.scratch(0);
  copyRow(w, source, w, row);
  setImmediate(w, row, 0);
  w[row + PRECISE] = w[source + PRECISE];
  computeNumber(w, { op: BPF_SUB, wide: isWideAlu(walk), d: row, s: source });
  return undefined;
}

/** To a byte order, which is either the program's own or needs a swap; or a swap in any case. */
function changeByteOrder(walk: Walk, row: number): void {
  const { w, insns, insn } = walk;
  const bits = insns.imm(insn);
  const toBig = insnSource(insns.code(insn)) === BPF_TO_BE;
  const swaps = isWideAlu(walk) || toBig !== (insns.endian === 'big');
  if (!swaps && bits === 64) return;
  forgetId(w, row);
  if (swaps) swapBytes(w, row, bits);
  else narrow(w, row, bits / 8);
}

function isWideAlu({ insns, insn }: Walk): boolean {
  return insnClass(insns.code(insn)) === BPF_ALU64;
}

function walkMove(walk: Walk): Refusal | undefined {
  const { w, insns, insn } = walk;
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

function castAddressSpace(walk: Walk, row: number): Refusal | undefined {
  const { w, insns, insn, program } = walk;
  if (!program.maps.some(({ attr }) => attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA)) {
    return walk.invalid('addr_space_cast insn can only be used in a program that has an associated arena');
  }
  setUnknown(w, row);
  if (insns.imm(insn) !== 1) return undefined;
  // From the address space of the arena to the kernel's: the pointer is the arena's.
  w[row + TYPE] = PTR_TO_ARENA;
  w[row + SUBREG] = insn + 1;
  return undefined;
}

/** The low half of a register; of a pointer it is just a number. */
function moveLow(walk: Walk, row: number, from: number): Refusal | undefined {
  const { w, insns, insn } = walk;
  if (w[from + TYPE] !== SCALAR_VALUE) {
    if (!walk.program.privileges.allowPtrLeaks) return walk.denied(`R${insns.src(insn)} partial copy of pointer`);
    setUnknown(w, row);
  } else {
    const fits = w[from + UMAX + 1] === 0;
    if (fits) shareId(walk, from);
    copyRow(w, row, w, from);
    if (!fits) forgetId(w, row);
    w[row + SUBREG] = insn + 1;
  }
  zeroExtend(w, row);
  return undefined;
}

interface Extension {
  readonly row: number;
  readonly from: number;
  readonly bits: number;
  readonly wide: boolean;
}

function moveExtended(walk: Walk, { row, from, bits, wide }: Extension): Refusal | undefined {
  const { w, insns, insn } = walk;
  if (w[from + TYPE] !== SCALAR_VALUE) {
    const register = `R${insns.src(insn)}`;
    if (!walk.program.privileges.allowPtrLeaks) {
      return walk.denied(wide ? `${register} sign-extension part of pointer` : `${register} partial copy of pointer`);
    }
    setUnknown(w, row);
    if (!wide) zeroExtend(w, row);
    return undefined;
  }
  const same = ltU(w[from + UMAX], w[from + UMAX + 1], 1 << (bits - 1), 0);
  if (same) shareId(walk, from);
  copyRow(w, row, w, from);
  if (!same) forgetId(w, row);
  signExtend(w, row, { bits, wide });
  w[row + SUBREG] = wide ? 0 : insn + 1;
  return undefined;
}

/** Everything that has two operands. */
function compute(walk: Walk, op: number): Refusal | undefined {
  const { w, insns, insn } = walk;
  const [dst, src] = [insns.dst(insn), insns.src(insn)];
  const row = walk.reg(dst);
  if (w[row + TYPE] === PTR_TO_ARENA) return undefined;
  const operand = walk.scratch(0);
  const fromRegister = insnSource(insns.code(insn)) === BPF_X;
  if (fromRegister) copyRow(w, operand, w, walk.reg(src));
  else setImmediate(w, operand, insns.imm(insn));
  const isPointer = w[row + TYPE] !== SCALAR_VALUE;
  if (w[operand + TYPE] !== SCALAR_VALUE) {
    if (isPointer) return computePointers(walk, op, row);
    markPrecise(walk, dst);
    return addToPointer(walk, { op, pointer: operand, number: row, into: row });
  }
  if (isPointer) {
    if (fromRegister) markPrecise(walk, src);
    return addToPointer(walk, { op, pointer: row, number: operand, into: row });
  }
  if (fromRegister && w[row + PRECISE] !== 0) markPrecise(walk, src);
  const unmasked = checkNumberSum(walk);
  if (unmasked) return unmasked;
  computeScalars(walk, { op, row, operand });
  return undefined;
}

/** A pointer minus a pointer is a number, nothing else may be done with two of them. */
function computePointers(walk: Walk, op: number, row: number): Refusal | undefined {
  if (op === BPF_SUB && walk.program.privileges.allowPtrLeaks) {
    setUnknown(walk.w, row);
    return undefined;
  }
  const dst = walk.insns.dst(walk.insn);
  return walk.denied(`R${dst} pointer ${operatorText(op)} pointer prohibited`);
}

function computeScalars(walk: Walk, { op, row, operand }: { op: number; row: number; operand: number }): void {
  const { w, insn } = walk;
  const wide = isWideAlu(walk);
  const sum = walk.program.switches.linked_offsets ? sumId(walk, { op, row, operand }) : 0;
  const distance = op === BPF_SUB ? -w[operand + VALUE] : w[operand + VALUE];
  forgetId(w, row);
  computeNumber(w, { op, wide, d: row, s: operand });
  w[row + SUBREG] = wide ? 0 : insn + 1;
  if (sum === 0) return;
  w[row + ID] = sum;
  w[row + OFF] = distance;
}

/** A sum with a constant stays linked to what it was made of, once. @returns its id, or 0 */
function sumId(walk: Walk, { op, row, operand }: { op: number; row: number; operand: number }): number {
  const { w, insns, insn } = walk;
  const id = w[row + ID];
  if (id === 0 || id & ADD_CONST || (op !== BPF_ADD && op !== BPF_SUB)) return 0;
  const low = w[operand + VALUE];
  if (op === BPF_SUB && low === -0x8000_0000) return 0;
  if (insnSource(insns.code(insn)) === BPF_X && insns.dst(insn) === insns.src(insn)) return 0;
  if (isWideAlu(walk)) return isKnown(w, operand) && w[operand + VALUE + 1] === low >> 31 ? id | ADD_CONST64 : 0;
  return isKnown32(w, operand) && w[row + UMAX + 1] === 0 ? id | ADD_CONST32 : 0;
}
