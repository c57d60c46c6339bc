import { BPF_ADD, BPF_ALU64, BPF_AND, BPF_OR, BPF_SUB, BPF_XOR, insnClass } from '../../isa/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { isImpossible, isKnown, setUnbounded32, sync } from '../domain/bounds.ts';
import { AUX, copyRow, ID, OFF, SMIN, TYPE, VALUE } from '../domain/row.ts';
import { readS64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  isPacketPointer,
  mayBeNull,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  PTR_UNTRUSTED,
  regTypeName,
} from '../state/reg-type.ts';
import { maskAfter, maskBefore } from './mask.ts';
import { operatorText } from './operator.ts';
import type { PointerSum } from './pointer-sum.ts';
import { setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Farthest that a pointer may be moved: BPF_MAX_VAR_OFF. */
const MAX_OFFSET = 1n << 29n;

/** A pointer plus or minus a number. @see Documentation/bpf/verifier.rst (v6.18), "Register value tracking" */
export function addToPointer(walk: Walk, sum: PointerSum): Refusal | undefined {
  const { w, insns, insn } = walk;
  const { op, pointer, number, into } = sum;
  const register = `R${insns.dst(insn)}`;
  const type = w[pointer + TYPE];
  if (isImpossible(w, number)) {
    setUnknown(w, into);
    return undefined;
  }
  if (insnClass(insns.code(insn)) !== BPF_ALU64) {
    if (op !== BPF_SUB || !walk.program.privileges.allowPtrLeaks) {
      return walk.denied(`${register} 32-bit pointer arithmetic prohibited`);
    }
    setUnknown(w, into);
    return undefined;
  }
  if (mayBeNull(type)) {
    return walk.denied(`${register} pointer arithmetic on ${regTypeName(type)} prohibited, null-check it first`);
  }
  // Loads through it never fault: where it leads does not matter.
  if (baseType(type) === PTR_TO_MEM && type & PTR_UNTRUSTED) return undefined;
  const known = isKnown(w, number);
  if (!isMovable(w, sum, known)) {
    return walk.denied(`${register} pointer arithmetic on ${regTypeName(type)} prohibited`);
  }
  const far = checkReach(walk, number, type) ?? checkReach(walk, pointer, type);
  if (far) return far;
  const mask = maskBefore(walk, sum);
  if (mask && 'errno' in mask) return mask;
  const refusal = checkOperator(walk, sum, register);
  if (refusal) return refusal;
  move(walk, sum, known);
  return checkReach(walk, into, type) ?? maskAfter(walk, sum, mask);
}

const MOVABLE: readonly number[] = [
  PTR_TO_CTX,
  PTR_TO_MAP_VALUE,
  PTR_TO_MAP_KEY,
  PTR_TO_STACK,
  PTR_TO_PACKET_META,
  PTR_TO_PACKET,
  PTR_TO_TP_BUFFER,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TO_BUF,
  PTR_TO_FUNC,
  CONST_PTR_TO_DYNPTR,
];

function isMovable(w: Int32Array, { op, pointer, number }: PointerSum, known: boolean): boolean {
  const base = baseType(w[pointer + TYPE]);
  if (MOVABLE.includes(base)) return true;
  if (base === PTR_TO_FLOW_KEYS && known) return true;
  if (base !== PTR_TO_FLOW_KEYS && base !== CONST_PTR_TO_MAP) return false;
  return known && op === BPF_ADD && w[number + VALUE] === 0 && w[number + VALUE + 1] === 0;
}

function checkOperator(walk: Walk, { op, pointer, into }: PointerSum, register: string): Refusal | undefined {
  switch (op) {
    case BPF_ADD:
      return undefined;
    case BPF_SUB:
      if (into !== pointer) return walk.denied(`${register} tried to subtract pointer from scalar`);
      return walk.w[pointer + TYPE] === PTR_TO_STACK
        ? walk.denied(`${register} subtraction from stack pointer prohibited`)
        : undefined;
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
      return walk.denied(`${register} bitwise operator ${operatorText(op)} on pointer prohibited`);
    default:
      return walk.denied(`${register} pointer arithmetic with ${operatorText(op)} operator prohibited`);
  }
}

/** What is added, and what comes out, stays near. */
function checkReach(walk: Walk, row: number, type: number): Refusal | undefined {
  const { w } = walk;
  const name = regTypeName(type);
  const min = readS64(w, row + SMIN);
  const beyond = (value: bigint) => value >= MAX_OFFSET || value <= -MAX_OFFSET;
  if (isKnown(w, row) && beyond(min)) return walk.invalid(`math between ${name} pointer and ${min} is not allowed`);
  if (beyond(BigInt(w[row + OFF]))) return walk.invalid(`${name} pointer offset ${w[row + OFF]} is not allowed`);
  if (min === -(1n << 63n)) {
    return walk.invalid(`math between ${name} pointer and register with unbounded min value is not allowed`);
  }
  return beyond(min) ? walk.invalid(`value ${min} makes ${name} pointer be out of bounds`) : undefined;
}

function move(walk: Walk, { op, pointer, number, into }: PointerSum, known: boolean): void {
  const { w } = walk;
  const addend = walk.scratch(1);
  const base = walk.scratch(2);
  copyRow(w, addend, w, number);
  copyRow(w, base, w, pointer);
  // DEVIATION: where a pointer is added to a number, Linux 6.18 forgets the reference that it stands for, and takes a
  // pointer into this frame's stack for one into the first frame's: then what it believes is not so.
  copyRow(w, into, w, base);
  const distance = known ? Number(readS64(w, addend + SMIN)) : Number.NaN;
  const off = op === BPF_ADD ? w[base + OFF] + distance : w[base + OFF] - distance;
  if (known && off === (off | 0)) {
    w[into + OFF] = off;
  } else {
    computeNumber(w, { op, wide: true, d: into, s: addend });
    if (isPacketPointer(w[into + TYPE])) {
      w[into + ID] = walk.newId();
      // Forwards by an unknown number: nothing is proven any more.
      if (op === BPF_ADD || w[addend + SMIN + 1] < 0) w[into + AUX] = 0;
    }
  }
  setUnbounded32(w, into);
  sync(w, into);
}
