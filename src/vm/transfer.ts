import {
  accessBytes,
  BPF_ATOMIC,
  BPF_MEM,
  BPF_MEMSX,
  BPF_NOSPEC,
  BPF_PROBE_ATOMIC,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_PROBE_MEM32SX,
  BPF_PROBE_MEMSX,
  BPF_ST,
  insnClass,
  insnMode,
} from '../isa/index.ts';
import { mayAccess, pointedOffset, READ, WRITE } from './access.ts';
import { arenaOffset } from './arena.ts';
import { atomic, atomicUse } from './atomic.ts';
import type { Code } from './code.ts';
import { explainAccess } from './explain.ts';
import type { FaultCause } from './fault.ts';
import type { HelperTable } from './helper-table.ts';
import { kernelOffset, type Memory } from './memory.ts';
import { Registers } from './registers.ts';

/** What loads and stores need beside registers and instructions. */
export interface Surroundings {
  readonly memory: Memory;
  readonly helpers: HelperTable;
}

const unknown: FaultCause = { kind: 'bad-instruction', reason: 'no such load or store' };

/** Registers, and the instructions that move between them and memory. */
export class Transfer {
  readonly registers = new Registers();
  readonly #memory: Memory;
  readonly #helpers: HelperTable;

  constructor({ memory, helpers }: Surroundings) {
    this.#memory = memory;
    this.#helpers = helpers;
  }

  /** Carries out one instruction of BPF_LDX. */
  load(code: Code, pc: number): FaultCause | undefined {
    const mode = insnMode(code.op[pc]);
    const size = accessBytes(code.op[pc]);
    const src = code.src[pc];
    let offset: number;
    switch (mode) {
      case BPF_MEM:
      case BPF_MEMSX:
        offset = pointedOffset(this.registers, src, code.off[pc]);
        if (!mayAccess(this.#memory, offset, size, READ)) return this.#refused(code, pc, READ);
        break;
      case BPF_PROBE_MEM:
      case BPF_PROBE_MEMSX:
        offset = this.#probe(this.#address(src, code.off[pc]), size);
        break;
      case BPF_PROBE_MEM32:
      case BPF_PROBE_MEM32SX:
        if (!code.program.arena) return unknown;
        offset = this.#arenaOffset(code, pc, src);
        break;
      default:
        return unknown;
    }
    if (offset < 0) this.registers.setLow(code.dst[pc], 0);
    else if (mode !== BPF_MEM && mode !== BPF_PROBE_MEM && mode !== BPF_PROBE_MEM32) this.#readSigned(code, pc, offset);
    else this.#read(code, pc, offset);
    return undefined;
  }

  /** Carries out one instruction of BPF_ST or BPF_STX, atomics included. */
  store(code: Code, pc: number): FaultCause | undefined {
    const mode = insnMode(code.op[pc]);
    const immediate = insnClass(code.op[pc]) === BPF_ST;
    if (immediate && mode === BPF_NOSPEC) return undefined;
    if (mode === BPF_ATOMIC || mode === BPF_PROBE_ATOMIC) return immediate ? unknown : this.#atomic(code, pc);
    const size = accessBytes(code.op[pc]);
    const dst = code.dst[pc];
    let offset: number;
    if (mode === BPF_MEM) {
      offset = pointedOffset(this.registers, dst, code.off[pc]);
      if (!mayAccess(this.#memory, offset, size, WRITE)) return this.#refused(code, pc, WRITE);
    } else if (mode === BPF_PROBE_MEM32 && code.program.arena) {
      offset = this.#arenaOffset(code, pc, dst);
      if (offset < 0) return undefined;
    } else return unknown;
    this.#write(code, pc, offset);
    return undefined;
  }

  #atomic(code: Code, pc: number): FaultCause | undefined {
    const op = code.imm[pc];
    const size = accessBytes(code.op[pc]);
    const use = atomicUse(op, size);
    if (use === undefined) return { kind: 'bad-instruction', reason: `no such atomic operation: ${op}` };
    const [src, dst] = [code.src[pc], code.dst[pc]];
    const register = use === READ ? src : dst;
    let offset: number;
    if (insnMode(code.op[pc]) === BPF_PROBE_ATOMIC) {
      if (!code.program.arena) return unknown;
      offset = this.#arenaOffset(code, pc, register);
      if (offset < 0) return undefined;
    } else {
      offset = pointedOffset(this.registers, register, code.off[pc]);
      if (!mayAccess(this.#memory, offset, size, use)) return this.#refused(code, pc, use);
    }
    atomic(this.registers, this.#memory.view(), { op, src, dst, offset, size, little: code.little });
    return undefined;
  }

  #read(code: Code, pc: number, offset: number): void {
    const view = this.#memory.view();
    const { little } = code;
    const dst = code.dst[pc];
    switch (accessBytes(code.op[pc])) {
      case 1:
        this.registers.setLow(dst, view.getUint8(offset));
        break;
      case 2:
        this.registers.setLow(dst, view.getUint16(offset, little));
        break;
      case 4:
        this.registers.setLow(dst, view.getUint32(offset, little));
        break;
      default: {
        const [first, second] = [view.getUint32(offset, little), view.getUint32(offset + 4, little)];
        this.registers.setWords(dst, little ? first : second, little ? second : first);
      }
    }
  }

  #readSigned(code: Code, pc: number, offset: number): void {
    const view = this.#memory.view();
    const { little } = code;
    const dst = code.dst[pc];
    switch (accessBytes(code.op[pc])) {
      case 1:
        this.registers.setSigned(dst, view.getInt8(offset));
        break;
      case 2:
        this.registers.setSigned(dst, view.getInt16(offset, little));
        break;
      default:
        this.registers.setSigned(dst, view.getInt32(offset, little));
    }
  }

  #write(code: Code, pc: number, offset: number): void {
    const view = this.#memory.view();
    const { little } = code;
    const src = code.src[pc];
    const immediate = insnClass(code.op[pc]) === BPF_ST;
    const low = immediate ? code.imm[pc] : this.registers.low(src);
    switch (accessBytes(code.op[pc])) {
      case 1:
        view.setUint8(offset, low);
        break;
      case 2:
        view.setUint16(offset, low, little);
        break;
      case 4:
        view.setUint32(offset, low, little);
        break;
      default: {
        const high = immediate ? low >> 31 : this.registers.high(src);
        view.setUint32(offset, little ? low : high, little);
        view.setUint32(offset + 4, little ? high : low, little);
      }
    }
  }

  #address(register: number, off: number): bigint {
    return BigInt.asUintN(64, this.registers.u64[register] + BigInt(off));
  }

  #refused(code: Code, pc: number, use: number): FaultCause {
    const register = use === READ ? code.src[pc] : code.dst[pc];
    const access = { size: accessBytes(code.op[pc]), use };
    return explainAccess(this.#memory, this.#address(register, code.off[pc]), access);
  }

  #probe(address: bigint, size: number): number {
    const offset = kernelOffset(address);
    if (offset < 0 || !this.#helpers.probeReadable(address, size)) return -1;
    this.#memory.touch(offset, size);
    return offset;
  }

  #arenaOffset(code: Code, pc: number, register: number): number {
    const { registers } = this;
    const access = { registers, register, off: code.off[pc], size: accessBytes(code.op[pc]) };
    return arenaOffset(this.#memory, code.program.arena!, access);
  }
}
