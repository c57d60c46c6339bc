import {
  accessBytes,
  BPF_ABS,
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_EXIT,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_MAY_GOTO,
  BPF_REG_FP,
  BPF_TAIL_CALL,
  BPF_X,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  jump32,
  jump64,
} from '../isa/index.ts';
import { bpf_func_id, bpf_pseudo, bpf_pseudo_call, MAX_TAIL_CALL_CNT } from '../uapi/index.ts';

import { executeAlu } from './arithmetic.ts';
import type { Code } from './code.ts';
import { codeOf } from './code.ts';
import { createFault } from './explain.ts';
import type { Fault, FaultCause } from './fault.ts';
import type { Execution, HelperFunction, HelperTable } from './helper-table.ts';
import { MayGoto } from './may-goto.ts';
import type { ExecutableProgram } from './program.ts';
import type { Registers } from './registers.ts';
import type { Stack } from './stack.ts';
import type { Step, StepObserver } from './step.ts';
import type { Surroundings, Transfer } from './transfer.ts';

/** Frames of one program, callbacks included. */
const MAX_FRAMES = 8;
/** In place of an instruction: leave the loop. */
const LEAVE = -1;

/** What a call keeps of its caller. */
interface Frame {
  readonly code: Code;
  /** Instruction to go on with, or LEAVE. */
  readonly next: number;
  readonly r6: bigint;
  readonly r7: bigint;
  readonly r8: bigint;
  readonly r9: bigint;
  readonly r10: bigint;
  readonly level: number;
  readonly mayGoto: MayGoto | undefined;
}

/** What all runs on one memory share. */
export interface Engine extends Surroundings {
  readonly stack: Stack;
}

/** What a run is given once and keeps. */
export interface RunSettings {
  readonly engine: Engine;
  /** Its registers; nobody else's while it runs. */
  readonly transfer: Transfer;
  readonly context: bigint;
  readonly cpu: number;
  readonly scope: unknown;
  /** Instructions that may be carried out, callbacks included. */
  readonly budget: number;
  /** Told of each instruction before it is carried out. */
  readonly observe?: StepObserver;
}

/** One entry into a program, up to its exit: the interpreter's loop, calls and returns. */
export class Run implements Execution, Step {
  readonly cpu: number;
  readonly context: bigint;
  readonly scope: unknown;
  readonly #helpers: HelperTable;
  readonly #stack: Stack;
  readonly #transfer: Transfer;
  readonly #registers: Registers;
  readonly #budget: number;
  readonly #base: number;
  readonly #observe: StepObserver | undefined;
  readonly #frames: Frame[] = [];
  #code: Code;
  /** The instruction being carried out. */
  #pc = 0;
  /** Frames of the running program below this one: a tail call begins anew. */
  #level = 0;
  #tailCalls = 0;
  #mayGoto: MayGoto | undefined;
  #steps = 0;
  #fault: Fault | undefined;
  /** What `bpf_throw` was called with. */
  #thrown: bigint | undefined;

  constructor(program: ExecutableProgram, settings: RunSettings) {
    this.#code = codeOf(program);
    this.#helpers = settings.engine.helpers;
    this.#stack = settings.engine.stack;
    this.#base = this.#stack.depth;
    this.#transfer = settings.transfer;
    this.#registers = settings.transfer.registers;
    this.#budget = settings.budget;
    this.#observe = settings.observe;
    this.context = settings.context;
    this.cpu = settings.cpu;
    this.scope = settings.scope;
  }

  get program(): ExecutableProgram {
    return this.#code.program;
  }

  get insn(): number {
    return this.#pc;
  }

  get registers(): BigUint64Array {
    return this.#registers.u64;
  }

  get callers(): readonly Frame[] {
    return this.#frames;
  }

  /** Instructions carried out so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs from instruction `entry` to the exit. @returns R0, or why it stopped */
  start(entry: number, args: readonly bigint[]): bigint | Fault {
    try {
      this.#enter(args);
      this.#loop(entry);
      return this.#fault ?? this.#registers.u64[0];
    } finally {
      this.#stack.popTo(this.#base);
    }
  }

  call(address: bigint, ...args: bigint[]): bigint {
    if (this.#stopped()) return 1n;
    const target = this.#functionAt(address);
    if (!target) {
      this.#stop({ kind: 'bad-call', reason: `no function at 0x${address.toString(16)}` });
      return 1n;
    }
    const pc = this.#pc;
    if (!this.#pushFrame(LEAVE)) return 1n;
    this.#code = target.code;
    this.#setArguments(args);
    this.#loop(target.insn);
    if (this.#stopped()) return 1n;
    this.#pc = pc;
    return this.#registers.u64[0];
  }

  throw(cookie: bigint): void {
    this.#thrown ??= cookie;
  }

  #stopped(): boolean {
    return this.#fault !== undefined || this.#thrown !== undefined;
  }

  #loop(entry: number): void {
    let pc = entry;
    while (pc !== LEAVE) {
      this.#pc = pc;
      if (pc < 0 || pc >= this.#code.length) pc = this.#stop({ kind: 'bad-jump', reason: `no instruction ${pc}` });
      else if (this.#steps >= this.#budget)
        pc = this.#stop({ kind: 'budget', reason: `${this.#budget} steps are used up` });
      else {
        this.#steps++;
        this.#observe?.(this);
        pc = this.#step(pc);
      }
    }
  }

  /** Carries out one instruction. @returns the next one, or LEAVE */
  #step(pc: number): number {
    const code = this.#code;
    switch (insnClass(code.op[pc])) {
      case BPF_ALU64:
      case BPF_ALU:
        return this.#after(executeAlu(this.#registers, code, pc), pc);
      case BPF_LDX:
        return this.#after(this.#transfer.load(code, pc), pc);
      case BPF_JMP:
      case BPF_JMP32:
        return this.#jump(code, pc);
      case BPF_LD:
        return this.#load(code, pc);
      default:
        return this.#after(this.#transfer.store(code, pc), pc);
    }
  }

  #after(cause: FaultCause | undefined, pc: number): number {
    return cause ? this.#stop(cause) : pc + 1;
  }

  #stop(cause: FaultCause): number {
    this.#fault ??= createFault(cause, {
      program: this.program,
      insn: this.#pc,
      registers: Array.from(this.#registers.u64.subarray(0, BPF_REG_FP + 1)),
      frame: this.#frames.length,
    });
    return LEAVE;
  }

  #jump(code: Code, pc: number): number {
    const op = code.op[pc];
    const wide = insnClass(op) === BPF_JMP;
    const next = pc + 1;
    switch (insnOp(op)) {
      case BPF_JA:
        return this.#target(next + (wide ? code.off[pc] : code.imm[pc]));
      case BPF_CALL:
        return this.#call(code, pc);
      case BPF_EXIT:
        return this.#exit();
      case BPF_TAIL_CALL:
        return this.#tailCall(next);
      case BPF_JCOND:
        if (code.src[pc] !== BPF_MAY_GOTO) break;
        this.#mayGoto ??= new MayGoto(this.#helpers);
        return this.#mayGoto.again() ? next : this.#target(next + code.off[pc]);
    }
    const { u64 } = this.#registers;
    const dst = code.dst[pc];
    const src = code.src[pc];
    const useRegister = insnSource(op) === BPF_X;
    const taken = wide
      ? jump64(insnOp(op), u64[dst], useRegister ? u64[src] : code.imm64[pc])
      : jump32(insnOp(op), this.#registers.low(dst), useRegister ? this.#registers.low(src) : code.imm[pc] >>> 0);
    if (taken === undefined) return this.#stop({ kind: 'bad-instruction', reason: 'no such jump' });
    return taken ? this.#target(next + code.off[pc]) : next;
  }

  #target(pc: number): number {
    return pc >= 0 ? pc : this.#stop({ kind: 'bad-jump', reason: `no instruction ${pc}` });
  }

  #load(code: Code, pc: number): number {
    const { u64 } = this.#registers;
    if (code.op[pc] === BPF_LD_IMM64) {
      const relative = code.src[pc] === bpf_pseudo.BPF_PSEUDO_FUNC;
      const value = relative ? code.program.textBase + 8n * BigInt(pc + 1 + code.imm[pc]) : code.imm64[pc];
      u64[code.dst[pc]] = value;
      return pc + 2;
    }
    const mode = insnMode(code.op[pc]);
    const size = accessBytes(code.op[pc]);
    if ((mode !== BPF_ABS && mode !== BPF_IND) || size === 8) {
      return this.#stop({ kind: 'bad-instruction', reason: 'no such load' });
    }
    const index = mode === BPF_IND ? this.#registers.low(code.src[pc]) : 0;
    const value = this.#helpers.packetLoad(this, (code.imm[pc] + index) | 0, size);
    u64[0] = BigInt(value ?? 0);
    return value === undefined ? this.#exit() : pc + 1;
  }

  #call(code: Code, pc: number): number {
    const imm = code.imm[pc];
    switch (code.src[pc]) {
      case 0: {
        if (imm === bpf_func_id.BPF_FUNC_tail_call) return this.#tailCall(pc + 1);
        const helper = this.#helpers.helper(imm);
        if (!helper) return this.#stop({ kind: 'unknown-helper', reason: `helper ${imm} does not exist here` });
        return this.#callOut(helper, pc);
      }
      case bpf_pseudo_call.BPF_PSEUDO_CALL:
        return this.#pushFrame(pc + 1) ? this.#target(pc + 1 + imm) : LEAVE;
      case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL: {
        const kfunc = this.#helpers.kfunc(code.program, imm, code.off[pc]);
        if (!kfunc) return this.#stop({ kind: 'unknown-kfunc', reason: `kfunc ${imm} does not exist here` });
        return this.#callOut(kfunc, pc);
      }
      default:
        return this.#stop({ kind: 'bad-call', reason: `no such kind of call: ${code.src[pc]}` });
    }
  }

  #callOut(fn: HelperFunction, pc: number): number {
    const { u64 } = this.#registers;
    u64[0] = fn(this, u64[1], u64[2], u64[3], u64[4], u64[5]);
    if (this.#fault) return LEAVE;
    return this.#thrown === undefined ? pc + 1 : this.#unwind(this.#thrown);
  }

  /**
   * After `bpf_throw`: leaves the frames of the running program down to the one that it was entered in, by itself or by a
   * tail call. There its exception callback goes on, or it returns the cookie.
   * @returns LEAVE where a callback ends on the way: the helper that called it returns first
   */
  #unwind(cookie: bigint): number {
    while (this.#level > 0) if (this.#exit() === LEAVE) return LEAVE;
    this.#thrown = undefined;
    const { u64 } = this.#registers;
    const handler = this.program.exceptionCallback;
    if (handler === undefined) {
      u64[0] = cookie;
      return this.#exit();
    }
    u64[1] = cookie;
    this.#mayGoto = undefined;
    this.#stack.reset();
    return handler;
  }

  /** bpf_tail_call: the target takes this frame's place; where there is none or it is one too many, goes on at `next`. */
  #tailCall(next: number): number {
    const { u64 } = this.#registers;
    if (this.#tailCalls >= MAX_TAIL_CALL_CNT) return next;
    const target = this.#helpers.tailCallTarget(this, u64[2], this.#registers.low(3));
    if (!target) return next;
    this.#tailCalls++;
    this.#code = codeOf(target);
    this.#level = 0;
    this.#mayGoto = undefined;
    this.#stack.reset();
    return 0;
  }

  #enter(args: readonly bigint[]): void {
    this.#registers.u64.fill(0n);
    this.#setArguments(args);
    this.#registers.u64[BPF_REG_FP] = this.#stack.push();
  }

  #setArguments(args: readonly bigint[]): void {
    for (let i = 0; i < args.length; i++) this.#registers.u64[i + 1] = args[i];
  }

  /** Keeps what the caller keeps over a call and takes a new stack frame; false where that is one too many. */
  #pushFrame(next: number): boolean {
    if (this.#level + 1 >= MAX_FRAMES) {
      this.#stop({ kind: 'call-depth', reason: `a call in frame ${this.#level}: at most ${MAX_FRAMES} frames` });
      return false;
    }
    const { u64 } = this.#registers;
    this.#frames.push({
      code: this.#code,
      next,
      r6: u64[6],
      r7: u64[7],
      r8: u64[8],
      r9: u64[9],
      r10: u64[BPF_REG_FP],
      level: this.#level,
      mayGoto: this.#mayGoto,
    });
    this.#level++;
    this.#mayGoto = undefined;
    u64[BPF_REG_FP] = this.#stack.push();
    return true;
  }

  #exit(): number {
    const frame = this.#frames.pop();
    if (!frame) return LEAVE;
    const { u64 } = this.#registers;
    this.#code = frame.code;
    this.#level = frame.level;
    this.#mayGoto = frame.mayGoto;
    u64[6] = frame.r6;
    u64[7] = frame.r7;
    u64[8] = frame.r8;
    u64[9] = frame.r9;
    u64[BPF_REG_FP] = frame.r10;
    this.#stack.popTo(this.#stack.depth - 1);
    return frame.next;
  }

  #functionAt(address: bigint): { code: Code; insn: number } | undefined {
    const own = this.program;
    const program = contains(own, address) ? own : this.#helpers.programAt?.(address);
    if (!program || !contains(program, address)) return undefined;
    return { code: codeOf(program), insn: Number((address - program.textBase) >> 3n) };
  }
}

function contains({ textBase, insns }: ExecutableProgram, address: bigint): boolean {
  return address >= textBase && address < textBase + 8n * BigInt(insns.length) && (address & 7n) === 0n;
}
