import { BPF_ADD, BPF_ALU64, BPF_SUB, insnClass } from '../../isa/index.ts';
import { computeNumber } from '../domain/arithmetic.ts';
import { isKnown, sync } from '../domain/bounds.ts';
import { AUX, copyRow, ID, OFF, SMIN, TYPE, VALUE } from '../domain/row.ts';
import { ltS, readS64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  isPacketPointer,
  mayBeNull,
  PTR_TO_PACKET_END,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  regTypeName,
} from '../state/reg-type.ts';
import type { Walk } from './walk.ts';

/** Farthest that a pointer may be moved. */
const MAX_OFFSET = 1n << 29n;

export interface PointerSum {
  /** BPF_ADD or BPF_SUB. */
  readonly op: number;
  /** Rows: the pointer, the number, and where the sum goes (one of the two). */
  readonly pointer: number;
  readonly number: number;
  readonly into: number;
}

/** A pointer plus or minus a number. @see check_alu in Documentation/bpf/verifier.rst, "Register value tracking" */
export function addToPointer(walk: Walk, sum: PointerSum): Refusal | undefined {
  const { w, program, insn } = walk;
  const { op, pointer, number, into } = sum;
  const dst = program.insns.dst(insn);
  const type = w[pointer + TYPE];
  if (insnClass(program.insns.code(insn)) !== BPF_ALU64) {
    return walk.denied(`R${dst} 32-bit pointer arithmetic prohibited`);
  }
  if (mayBeNull(type)) {
    return walk.denied(`R${dst} pointer arithmetic on ${regTypeName(type)} prohibited, null-check it first`);
  }
  const known = isKnown(w, number);
  if (isUnmovable(type, known && w[number + VALUE] === 0 && w[number + VALUE + 1] === 0)) {
    return walk.denied(`R${dst} pointer arithmetic on ${regTypeName(type)} prohibited`);
  }
  const far = checkReach(walk, number, type) ?? checkReach(walk, pointer, type);
  if (far) return far;
  if (op === BPF_SUB) {
    if (into !== pointer) return walk.denied(`R${dst} tried to subtract pointer from scalar`);
    if (baseType(type) === PTR_TO_STACK) return walk.denied(`R${dst} subtraction from stack pointer prohibited`);
  }
  move(walk, sum, known);
  return checkReach(walk, into, type);
}

function isUnmovable(type: number, byNothing: boolean): boolean {
  switch (baseType(type)) {
    case PTR_TO_PACKET_END:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
      return true;
    case CONST_PTR_TO_MAP:
      return !byNothing;
    default:
      return false;
  }
}

/** What is added, and what comes out, stays near. */
function checkReach(walk: Walk, row: number, type: number): Refusal | undefined {
  const { w } = walk;
  const name = regTypeName(type);
  const min = readS64(w, row + SMIN);
  if (isKnown(w, row) && (min >= MAX_OFFSET || min <= -MAX_OFFSET)) {
    return walk.denied(`math between ${name} pointer and ${min} is not allowed`);
  }
  const off = w[row + OFF];
  if (w[row + TYPE] === type && (off >= Number(MAX_OFFSET) || off <= -Number(MAX_OFFSET))) {
    return walk.denied(`${name} pointer offset ${off} is not allowed`);
  }
  if (ltS(w[row + SMIN], w[row + SMIN + 1], 1, -0x8000_0000)) {
    return walk.denied(`math between ${name} pointer and register with unbounded min value is not allowed`);
  }
  if (min >= MAX_OFFSET || min <= -MAX_OFFSET) {
    return walk.denied(`value ${min} makes ${name} pointer be out of bounds`);
  }
  return undefined;
}

function move(walk: Walk, { op, pointer, number, into }: PointerSum, known: boolean): void {
  const { w } = walk;
  const base = walk.scratch(1);
  const addend = walk.scratch(2);
  copyRow(w, base, w, pointer);
  copyRow(w, addend, w, number);
  copyRow(w, into, w, base);
  if (known && ltS(w[addend + SMIN], w[addend + SMIN + 1], 0x8000_0000, 0)) {
    const sum = op === BPF_ADD ? w[base + OFF] + w[addend + VALUE] : w[base + OFF] - w[addend + VALUE];
    if (sum === (sum | 0)) {
      w[into + OFF] = sum;
      // Moved by a known number: still inside what was proven of a packet.
      return;
    }
  }
  computeNumber(w, { op, wide: true, d: into, s: addend });
  if (isPacketPointer(w[into + TYPE])) {
    w[into + ID] = walk.newId();
    // Forwards by an unknown number: nothing is proven any more.
    if (op === BPF_ADD || w[addend + SMIN + 1] < 0) w[into + AUX] = 0;
  }
  sync(w, into);
}
