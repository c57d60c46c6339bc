import {
  accessBytes,
  BPF_ATOMIC,
  BPF_MEM,
  BPF_MEMSX,
  BPF_NOSPEC,
  BPF_PROBE_ATOMIC,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_PROBE_MEMSX,
  BPF_ST,
  insnClass,
  insnMode,
} from '../isa/index.ts';
import { loadInto, mayAccess, pointedOffset, READ, storeValue, WRITE } from './access.ts';
import { arenaOffset } from './arena.ts';
import { atomic, atomicUse } from './atomic.ts';
import type { Code } from './code.ts';
import { explainAccess } from './explain.ts';
import type { FaultCause } from './fault.ts';
import type { HelperTable } from './helper-table.ts';
import { kernelOffset, type Memory } from './memory.ts';
import type { Registers } from './registers.ts';

/** What loads and stores need beside registers and instructions. */
export interface Surroundings {
  readonly memory: Memory;
  readonly helpers: HelperTable;
}

const unknown: FaultCause = { kind: 'bad-instruction', reason: 'no such load or store' };

/** Carries out one instruction of BPF_LDX. */
export function executeLoad(
  { memory, helpers }: Surroundings,
  registers: Registers,
  at: { code: Code; pc: number },
): FaultCause | undefined {
  const { code, pc } = at;
  const mode = insnMode(code.op[pc]);
  const size = accessBytes(code.op[pc]);
  const src = code.src[pc];
  const off = code.off[pc];
  let offset: number;
  switch (mode) {
    case BPF_MEM:
    case BPF_MEMSX:
      offset = pointedOffset(registers, src, off);
      if (!mayAccess(memory, offset, size, READ)) return refused(memory, registers, { register: src, off, size }, READ);
      break;
    case BPF_PROBE_MEM:
    case BPF_PROBE_MEMSX:
      offset = probeOffset({ memory, helpers }, BigInt.asUintN(64, registers.u64[src] + BigInt(off)), size);
      break;
    case BPF_PROBE_MEM32:
      if (!code.program.arena) return unknown;
      offset = arenaOffset(memory, code.program.arena, { registers, register: src, off, size });
      break;
    default:
      return unknown;
  }
  const signed = mode === BPF_MEMSX || mode === BPF_PROBE_MEMSX;
  if (offset < 0) registers.u64[code.dst[pc]] = 0n;
  else loadInto(registers, code.dst[pc], memory.view(), { offset, size, little: code.little, signed });
  return undefined;
}

/** Carries out one instruction of BPF_ST or BPF_STX, atomics included. */
export function executeStore(
  memory: Memory,
  registers: Registers,
  at: { code: Code; pc: number },
): FaultCause | undefined {
  const { code, pc } = at;
  const mode = insnMode(code.op[pc]);
  const size = accessBytes(code.op[pc]);
  const immediate = insnClass(code.op[pc]) === BPF_ST;
  if (immediate && mode === BPF_NOSPEC) return undefined;
  if (mode === BPF_ATOMIC || mode === BPF_PROBE_ATOMIC)
    return immediate ? unknown : executeAtomic(memory, registers, at);
  const register = code.dst[pc];
  const off = code.off[pc];
  let offset: number;
  if (mode === BPF_MEM) {
    offset = pointedOffset(registers, register, off);
    if (!mayAccess(memory, offset, size, WRITE)) return refused(memory, registers, { register, off, size }, WRITE);
  } else if (mode === BPF_PROBE_MEM32 && code.program.arena) {
    offset = arenaOffset(memory, code.program.arena, { registers, register, off, size });
    if (offset < 0) return undefined;
  } else return unknown;
  const value = immediate ? code.imm64[pc] : registers.u64[code.src[pc]];
  storeValue(memory.view(), offset, value, { size, little: code.little });
  return undefined;
}

function executeAtomic(memory: Memory, registers: Registers, at: { code: Code; pc: number }): FaultCause | undefined {
  const { code, pc } = at;
  const op = code.imm[pc];
  const size = accessBytes(code.op[pc]);
  const use = atomicUse(op, size);
  if (use === undefined) return { kind: 'bad-instruction', reason: `no such atomic operation: ${op}` };
  const [src, dst] = [code.src[pc], code.dst[pc]];
  const register = use === READ ? src : dst;
  const off = code.off[pc];
  let offset: number;
  if (insnMode(code.op[pc]) === BPF_PROBE_ATOMIC) {
    if (!code.program.arena) return unknown;
    offset = arenaOffset(memory, code.program.arena, { registers, register, off, size });
    if (offset < 0) return undefined;
  } else {
    offset = pointedOffset(registers, register, off);
    if (!mayAccess(memory, offset, size, use)) return refused(memory, registers, { register, off, size }, use);
  }
  atomic(registers, memory.view(), { op, src, dst, offset, size, little: code.little });
  return undefined;
}

function refused(
  memory: Memory,
  registers: Registers,
  { register, off, size }: { register: number; off: number; size: number },
  use: number,
): FaultCause {
  return explainAccess(memory, BigInt.asUintN(64, registers.u64[register] + BigInt(off)), size, use);
}

function probeOffset({ memory, helpers }: Surroundings, address: bigint, size: number): number {
  const offset = kernelOffset(address);
  if (offset < 0 || !helpers.probeReadable(address, size)) return -1;
  memory.touch(offset, size);
  return offset;
}
