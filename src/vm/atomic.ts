import {
  BPF_ADD,
  BPF_AND,
  BPF_CMPXCHG,
  BPF_FETCH,
  BPF_LOAD_ACQ,
  BPF_OR,
  BPF_STORE_REL,
  BPF_XCHG,
  BPF_XOR,
} from '../isa/index.ts';
import { READ, WRITE } from './access.ts';
import type { Registers } from './registers.ts';

/** One atomic instruction: its operation, the memory operand (already checked), the register operand. */
export interface Atomic {
  readonly op: number;
  readonly src: number;
  readonly dst: number;
  readonly offset: number;
  readonly size: number;
  readonly little: boolean;
}

/** READ and WRITE bits of an atomic operation; undefined where there is no such operation on `size` bytes. */
export function atomicUse(op: number, size: number): number | undefined {
  if (op === BPF_LOAD_ACQ) return READ;
  if (op === BPF_STORE_REL) return WRITE;
  if (size !== 4 && size !== 8) return undefined;
  switch (op) {
    case BPF_ADD:
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
    case BPF_ADD | BPF_FETCH:
    case BPF_AND | BPF_FETCH:
    case BPF_OR | BPF_FETCH:
    case BPF_XOR | BPF_FETCH:
    case BPF_XCHG:
    case BPF_CMPXCHG:
      return READ | WRITE;
    default:
      return undefined;
  }
}

/**
 * Carries out an atomic operation. What was in memory goes to the source register where BPF_FETCH is set, and to R0 in
 * BPF_CMPXCHG, zero-extended.
 * @see RFC 9669 section 5.3
 */
export function atomic(registers: Registers, view: DataView, insn: Atomic): void {
  const { op, src, dst, offset, size } = insn;
  const { u64 } = registers;
  if (op === BPF_STORE_REL) {
    storeValue(view, offset, u64[src], insn);
    return;
  }
  const old = loadValue(view, offset, insn);
  switch (op & ~BPF_FETCH) {
    case BPF_LOAD_ACQ:
      u64[dst] = old;
      return;
    case BPF_ADD:
      storeValue(view, offset, BigInt.asUintN(64, old + u64[src]), insn);
      break;
    case BPF_AND:
      storeValue(view, offset, old & u64[src], insn);
      break;
    case BPF_OR:
      storeValue(view, offset, old | u64[src], insn);
      break;
    case BPF_XOR:
      storeValue(view, offset, old ^ u64[src], insn);
      break;
    case BPF_XCHG & ~BPF_FETCH:
      storeValue(view, offset, u64[src], insn);
      break;
    case BPF_CMPXCHG & ~BPF_FETCH:
      if (old === BigInt.asUintN(size * 8, u64[0])) storeValue(view, offset, u64[src], insn);
      u64[0] = old;
      return;
  }
  if (op & BPF_FETCH) u64[src] = old;
}

function storeValue(view: DataView, offset: number, value: bigint, { size, little }: Atomic): void {
  switch (size) {
    case 1:
      view.setUint8(offset, Number(value & 0xffn));
      break;
    case 2:
      view.setUint16(offset, Number(value & 0xffffn), little);
      break;
    case 4:
      view.setUint32(offset, Number(value & 0xffff_ffffn), little);
      break;
    default:
      view.setBigUint64(offset, value, little);
  }
}

function loadValue(view: DataView, offset: number, { size, little }: Atomic): bigint {
  switch (size) {
    case 1:
      return BigInt(view.getUint8(offset));
    case 2:
      return BigInt(view.getUint16(offset, little));
    case 4:
      return BigInt(view.getUint32(offset, little));
    default:
      return view.getBigUint64(offset, little);
  }
}
