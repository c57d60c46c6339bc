import {
  accessBytes,
  BPF_ADD,
  BPF_AND,
  BPF_ATOMIC,
  BPF_CMPXCHG,
  BPF_FETCH,
  BPF_LOAD_ACQ,
  BPF_MEM,
  BPF_MEMSX,
  BPF_NOSPEC,
  BPF_OR,
  BPF_PROBE_ATOMIC,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_PROBE_MEM32SX,
  BPF_PROBE_MEMSX,
  BPF_REG_FP,
  BPF_ST,
  BPF_STORE_REL,
  BPF_XCHG,
  BPF_XOR,
  insnClass,
  insnMode,
} from '../../isa/index.ts';
import type { OpsWith } from '../../wasm/index.ts';
import { kernelOffset } from '../memory.ts';
import type { AluTarget } from './alu.ts';
import type { JitImports } from './imports.ts';
import { FRAME } from './registers.ts';

/** Where loads and stores are compiled to. */
export interface TransferTarget extends AluTarget {
  readonly imports: JitImports;
  /** Locals for what is used again within one instruction. */
  readonly place: number;
  readonly old: number;
}

type MemoryOp = OpsWith<'memory'>;

const LOADS: Readonly<Record<number, MemoryOp>> = {
  1: 'i64.load8_u',
  2: 'i64.load16_u',
  4: 'i64.load32_u',
  8: 'i64.load',
};
const SIGNED_LOADS: Readonly<Record<number, MemoryOp>> = { 1: 'i64.load8_s', 2: 'i64.load16_s', 4: 'i64.load32_s' };
const STORES: Readonly<Record<number, MemoryOp>> = {
  1: 'i64.store8',
  2: 'i64.store16',
  4: 'i64.store32',
  8: 'i64.store',
};

/**
 * Compiles an instruction of BPF_LDX. The address is taken as it is, but for loads that Linux lets fault: the verifier
 * has proved it.
 * @returns whether there is such an instruction
 */
export function emitLoad(target: TransferTarget, pc: number): boolean {
  const { body, registers, code } = target;
  const mode = insnMode(code.op[pc]);
  const size = accessBytes(code.op[pc]);
  const signed = mode === BPF_MEMSX || mode === BPF_PROBE_MEMSX || mode === BPF_PROBE_MEM32SX;
  const load = (signed ? SIGNED_LOADS : LOADS)[size];
  if (load === undefined) return false;
  const dst = code.dst[pc];
  switch (mode) {
    case BPF_MEM:
    case BPF_MEMSX:
      body.memory(load, pushAddress(target, code.src[pc], code.off[pc]));
      registers.set(dst);
      return true;
    case BPF_PROBE_MEM:
    case BPF_PROBE_MEMSX:
      registers.get(code.src[pc]).i64(BigInt(code.off[pc])).op('i64.add').i32(size);
      body.call('call', target.imports.engine('probe')).tee(target.place);
      body.i32(-1).op('i32.eq').open('if', 'i64');
      body.i64(0n).op('else').get(target.place).memory(load).end();
      registers.set(dst);
      return true;
    case BPF_PROBE_MEM32:
    case BPF_PROBE_MEM32SX:
      if (!emitArenaPlace(target, pc, code.src[pc])) return false;
      body.open('if', 'i64');
      body.get(target.place).memory(load).op('else').i64(0n).end();
      registers.set(dst);
      return true;
    default:
      return false;
  }
}

/** Compiles an instruction of BPF_ST or BPF_STX, atomics included. @returns whether there is such an instruction */
export function emitStore(target: TransferTarget, pc: number): boolean {
  const { body, code } = target;
  const mode = insnMode(code.op[pc]);
  const immediate = insnClass(code.op[pc]) === BPF_ST;
  if (immediate && mode === BPF_NOSPEC) return true;
  if (mode === BPF_ATOMIC || mode === BPF_PROBE_ATOMIC) return !immediate && emitAtomic(target, pc);
  const store = STORES[accessBytes(code.op[pc])];
  if (mode === BPF_MEM) {
    const offset = pushAddress(target, code.dst[pc], code.off[pc]);
    pushValue(target, pc, immediate);
    body.memory(store, offset);
    return true;
  }
  if (mode !== BPF_PROBE_MEM32 || !emitArenaPlace(target, pc, code.dst[pc])) return false;
  body.open('if');
  body.get(target.place);
  pushValue(target, pc, immediate);
  body.memory(store).end();
  return true;
}

function pushValue({ body, registers, code }: TransferTarget, pc: number, immediate: boolean): void {
  if (immediate) body.i64(BigInt(code.imm[pc]));
  else registers.get(code.src[pc]);
}

/** Puts an address on the stack. @returns what is to be added to it as the offset of the access */
function pushAddress({ body, registers }: TransferTarget, register: number, off: number): number {
  if (register === BPF_REG_FP) body.get(FRAME);
  else registers.low(register);
  if (off >= 0) return off;
  body.i32(off).op('i32.add');
  return 0;
}

/** Leaves 1 on the stack where the arena has what is accessed, and its offset in `place`. */
function emitArenaPlace(target: TransferTarget, pc: number, register: number): boolean {
  const { body, registers, code, place } = target;
  const { arena } = code.program;
  if (arena === undefined) return false;
  const size = accessBytes(code.op[pc]);
  registers.low(register).i32((code.off[pc] - Number(BigInt.asIntN(32, arena.userStart))) | 0);
  body
    .op('i32.add')
    .tee(place)
    .i32(arena.size - size)
    .op('i32.le_u')
    .open('if', 'i32');
  body.get(place).i32(kernelOffset(arena.kernelStart)).op('i32.add').tee(place);
  body.i32(size).call('call', target.imports.engine('touch'));
  body.i32(1).op('else').i32(0).end();
  return true;
}

const OPERATIONS: Readonly<Record<number, OpsWith<'none'>>> = {
  [BPF_ADD]: 'i64.add',
  [BPF_AND]: 'i64.and',
  [BPF_OR]: 'i64.or',
  [BPF_XOR]: 'i64.xor',
};

/** One program at a time runs on a memory that is not shared: an atomic operation is a load and a store. */
function emitAtomic(target: TransferTarget, pc: number): boolean {
  const { body, registers, code, place, old } = target;
  const op = code.imm[pc];
  const size = accessBytes(code.op[pc]);
  const isLoad = op === BPF_LOAD_ACQ;
  const isStore = op === BPF_STORE_REL;
  if (!isLoad && !isStore && size < 4) return false;
  const [dst, src] = [code.dst[pc], code.src[pc]];
  const isArena = insnMode(code.op[pc]) === BPF_PROBE_ATOMIC;
  if (isArena) {
    if (!emitArenaPlace(target, pc, isLoad ? src : dst)) return false;
    body.open('if');
  } else {
    const offset = pushAddress(target, isLoad ? src : dst, code.off[pc]);
    if (offset !== 0) body.i32(offset).op('i32.add');
    body.set(place);
  }
  const known = emitOperation();
  if (isArena) body.end();
  return known;

  function emitOperation(): boolean {
    const [load, store] = [LOADS[size], STORES[size]];
    if (isStore) {
      body.get(place);
      registers.get(src).memory(store);
      return true;
    }
    body.get(place).memory(load);
    if (isLoad) {
      registers.set(dst);
      return true;
    }
    body.set(old);
    if (op === BPF_CMPXCHG) {
      registers.get(0);
      if (size === 4) body.i64(0xffff_ffffn).op('i64.and');
      body.get(old).op('i64.eq').open('if');
      body.get(place);
      registers.get(src).memory(store).end().get(old);
      registers.set(0);
      return true;
    }
    const operation = OPERATIONS[op & ~BPF_FETCH];
    if (operation === undefined && op !== BPF_XCHG) return false;
    body.get(place);
    if (operation !== undefined) body.get(old);
    registers.get(src);
    if (operation !== undefined) body.op(operation);
    body.memory(store);
    if ((op & BPF_FETCH) !== 0) {
      body.get(old);
      registers.set(src);
    }
    return true;
  }
}
