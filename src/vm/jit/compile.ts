import {
  accessBytes,
  BPF_ABS,
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_EXIT,
  BPF_IND,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_MAY_GOTO,
  BPF_PROBE_MEM,
  BPF_PROBE_MEMSX,
  BPF_REG_FP,
  BPF_TAIL_CALL,
  insnClass,
  insnMode,
  insnOp,
  isGoto,
} from '../../isa/index.ts';
import { bpf_func_id, bpf_pseudo, bpf_pseudo_call } from '../../uapi/index.ts';
import { FunctionBody, ModuleBuilder } from '../../wasm/index.ts';
import { type Code, codeOf } from '../code.ts';
import type { HelperFunction, HelperTable } from '../helper-table.ts';
import type { ExecutableProgram } from '../program.ts';
import { FRAME_SIZE } from '../stack.ts';
import { emitAlu } from './alu.ts';
import { flowOf } from './flow.ts';
import { type JitImport, JitImports } from './imports.ts';
import { emitComparison } from './jump.ts';
import { FRAME, JitRegisters, PARAMS } from './registers.ts';
import { emitDispatched, emitStructured } from './structure.ts';
import { emitLoad, emitStore, type TransferTarget } from './transfer.ts';

/** A program as a WebAssembly module. */
export interface CompiledProgram {
  readonly bytes: Uint8Array;
  /** What the module imports of `kernel`, beside memory and table. */
  readonly imports: readonly { readonly name: string; readonly what: JitImport }[];
}

const MAX_PAGES = 0x1_0000;

/** The name under which a module exports a subprogram. */
export const exportName = (subprogram: number) => `f${subprogram}`;

/**
 * Compiles a program that the verifier took. Each subprogram is a function of
 * its frame and R1 to R5 that gives R0, exported as `f0`, `f1`…
 * @returns undefined for a big-endian program, and where an instruction is none: the interpreter says which
 */
export function compileProgram(program: ExecutableProgram, helpers: HelperTable): CompiledProgram | undefined {
  const code = codeOf(program);
  if (!code.little) return undefined;
  const module = new ModuleBuilder();
  module.importMemory('kernel', 'memory', { minimum: 1, maximum: MAX_PAGES, shared: false });
  module.importTable('kernel', 'table');
  const imports = new JitImports(module);
  if (!declareImports(code, helpers, imports)) return undefined;
  const type = module.type(PARAMS, ['i64']);
  const { subprograms, names } = program;
  const functions = subprograms.map((start, i) =>
    module.declare(type, names?.[i] ?? (i === 0 ? program.name : `f${start}`)),
  );
  const functionAt = new Map(subprograms.map((start, i) => [start, functions[i]]));
  for (const [i, start] of subprograms.entries()) {
    const body = new FunctionBody(PARAMS.length);
    const end = subprograms[i + 1] ?? code.length;
    const compiler = new FunctionCompiler(body, { code, helpers, imports, functionAt, type });
    if (!compiler.compile(start, end)) return undefined;
    module.define(functions[i], body);
    module.exportFunction(exportName(i), functions[i]);
  }
  return { bytes: module.encode(), imports: imports.list };
}

/** A module whose `f0` has the type of a subprogram and hands everything to the function `enter` that it imports. */
export function compileEntry(): Uint8Array {
  const module = new ModuleBuilder();
  const type = module.type(PARAMS, ['i64']);
  const enter = module.importFunction('kernel', 'enter', type);
  const entry = module.declare(type, 'entry');
  const body = new FunctionBody(PARAMS.length);
  for (let param = 0; param < PARAMS.length; param++) body.get(param);
  module.define(entry, body.call('call', enter));
  module.exportFunction(exportName(0), entry);
  return module.encode();
}

/** Imports come before all functions of a module: they are asked for before anything is compiled. */
function declareImports(code: Code, helpers: HelperTable, imports: JitImports): boolean {
  for (let pc = 0; pc < code.length; pc += code.op[pc] === BPF_LD_IMM64 ? 2 : 1) {
    const op = code.op[pc];
    const kind = insnClass(op);
    if (kind === BPF_LD && op !== BPF_LD_IMM64) imports.engine('packet');
    if (kind === BPF_LDX && PROBES.has(insnMode(op))) imports.engine('probe');
    if (code.program.arena !== undefined) imports.engine('touch');
    if (kind !== BPF_JMP) continue;
    if (insnOp(op) === BPF_JCOND) imports.engine('passes');
    if (isTailCall(code, pc)) imports.engine('tail');
    else if (insnOp(op) === BPF_CALL && code.src[pc] !== bpf_pseudo_call.BPF_PSEUDO_CALL) {
      if (calledIndex({ code, helpers, imports }, pc) === undefined) return false;
    }
  }
  return true;
}

const PROBES: ReadonlySet<number> = new Set([BPF_PROBE_MEM, BPF_PROBE_MEMSX]);

const isTailCall = (code: Code, pc: number) =>
  insnOp(code.op[pc]) === BPF_TAIL_CALL ||
  (insnOp(code.op[pc]) === BPF_CALL && code.src[pc] === 0 && code.imm[pc] === bpf_func_id.BPF_FUNC_tail_call);

interface Callees {
  readonly code: Code;
  readonly helpers: HelperTable;
  readonly imports: JitImports;
}

function calledIndex({ code, helpers, imports }: Callees, pc: number): { index: number; count: number } | undefined {
  const isKfunc = code.src[pc] === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
  const [id, offset] = [code.imm[pc], code.off[pc]];
  const called = isKfunc ? helpers.kfunc(code.program, id, offset) : helpers.helper(id);
  if (called === undefined) return undefined;
  const count = argumentCount(called);
  const what: JitImport & { kind: 'helper' | 'kfunc' } = isKfunc
    ? { kind: 'kfunc', btfId: id, offset }
    : { kind: 'helper', id };
  return { index: imports.called(what, count), count };
}

/** How many of R1 to R5 a function looks at. */
export const argumentCount = (called: HelperFunction) => Math.max(0, called.length - 1);

interface Surrounding extends Callees {
  readonly functionAt: ReadonlyMap<number, number>;
  readonly type: number;
}

/** Compiles one subprogram. */
class FunctionCompiler {
  readonly #around: Surrounding;
  readonly #code: Code;
  readonly #body: FunctionBody;
  readonly #registers: JitRegisters;
  readonly #target: TransferTarget;
  /** Locals of `may_goto`: how often it may still go round, and whether that was ever asked. */
  #left = -1;
  #asked = -1;
  #known = true;

  constructor(body: FunctionBody, around: Surrounding) {
    this.#around = around;
    this.#code = around.code;
    this.#body = body;
    this.#registers = new JitRegisters(body);
    this.#target = {
      body,
      registers: this.#registers,
      code: around.code,
      imports: around.imports,
      place: body.local('i32'),
      old: body.local('i64'),
    };
  }

  compile(start: number, end: number): boolean {
    const flow = flowOf(this.#code.program.insns, start, end);
    const usesFrame = this.#usesFrame(start, end);
    if (usesFrame) {
      this.#registers.enter();
      this.#body.get(FRAME).i32(FRAME_SIZE).op('i32.sub').i32(0).i32(FRAME_SIZE).fillMemory();
    }
    const compiler = {
      instructions: (block: number) => {
        const { start: from, end: to } = flow.blocks[block];
        for (let pc = from; pc < to; pc += this.#code.op[pc] === BPF_LD_IMM64 ? 2 : 1) this.#instruction(pc);
      },
      condition: (block: number) => this.#condition(lastInsn(this.#code, flow.blocks[block])),
    };
    if (flow.isReducible) emitStructured(this.#body, flow, compiler);
    else emitDispatched(this.#body, flow, compiler);
    return this.#known;
  }

  #usesFrame(start: number, end: number): boolean {
    for (let pc = start; pc < end; pc++) {
      if (this.#code.dst[pc] === BPF_REG_FP || this.#code.src[pc] === BPF_REG_FP) return true;
    }
    return false;
  }

  #instruction(pc: number): void {
    const op = this.#code.op[pc];
    switch (insnClass(op)) {
      case BPF_ALU:
      case BPF_ALU64:
        this.#known &&= emitAlu(this.#target, pc);
        break;
      case BPF_LDX:
        this.#known &&= emitLoad(this.#target, pc);
        break;
      case BPF_LD:
        this.#load(pc);
        break;
      case BPF_JMP:
      case BPF_JMP32:
        this.#jump(pc);
        break;
      default:
        this.#known &&= emitStore(this.#target, pc);
    }
  }

  #load(pc: number): void {
    const code = this.#code;
    const body = this.#body;
    if (code.op[pc] === BPF_LD_IMM64) {
      const relative = code.src[pc] === bpf_pseudo.BPF_PSEUDO_FUNC;
      body.i64(relative ? code.program.textBase + 8n * BigInt(pc + 1 + code.imm[pc]) : code.imm64[pc]);
      this.#registers.set(code.dst[pc]);
      return;
    }
    const mode = insnMode(code.op[pc]);
    const size = accessBytes(code.op[pc]);
    if ((mode !== BPF_ABS && mode !== BPF_IND) || size === 8) {
      this.#known = false;
      return;
    }
    body.get(FRAME).i32(code.imm[pc]);
    if (mode === BPF_IND) {
      this.#registers.low(code.src[pc]);
      body.op('i32.add');
    }
    body.i32(size).call('call', this.#around.imports.engine('packet'));
    this.#registers.set(0);
    // Past the end the program returns 0.
    this.#registers.get(0).i64(0n).op('i64.lt_s').open('if');
    body.i64(0n).op('return').end();
  }

  #jump(pc: number): void {
    const code = this.#code;
    const op = insnOp(code.op[pc]);
    if (isTailCall(code, pc)) this.#tailCall();
    else if (op === BPF_EXIT) this.#registers.get(0).op('return');
    else if (op === BPF_CALL) this.#call(pc);
    else if (!isGoto(code.op[pc]) && op === BPF_JCOND && code.src[pc] !== BPF_MAY_GOTO) this.#known = false;
  }

  #call(pc: number): void {
    const code = this.#code;
    const body = this.#body;
    if (code.src[pc] === bpf_pseudo_call.BPF_PSEUDO_CALL) {
      const index = this.#around.functionAt.get(pc + 1 + code.imm[pc]);
      this.#known &&= index !== undefined;
      body.get(FRAME).i32(FRAME_SIZE).op('i32.add');
      for (let register = 1; register <= 5; register++) this.#registers.get(register);
      body.call('call', index ?? 0);
    } else {
      const called = calledIndex(this.#around, pc);
      this.#known &&= called !== undefined;
      body.get(FRAME);
      for (let register = 1; register <= (called?.count ?? 0); register++) this.#registers.get(register);
      body.call('call', called?.index ?? 0);
    }
    this.#registers.set(0);
  }

  /** The target takes this frame's place; where there is none, the program goes on. */
  #tailCall(): void {
    const body = this.#body;
    const { place } = this.#target;
    body.get(FRAME);
    for (let register = 1; register <= 3; register++) this.#registers.get(register);
    body.call('call', this.#around.imports.engine('tail')).tee(place);
    body.i32(-1).op('i32.ne').open('if');
    body.get(FRAME);
    for (let register = 1; register <= 5; register++) this.#registers.get(register);
    body.get(place).callIndirect('return_call_indirect', this.#around.type).end();
  }

  #condition(pc: number): void {
    if (insnOp(this.#code.op[pc]) !== BPF_JCOND) {
      this.#known &&= emitComparison(this.#target, pc);
      return;
    }
    const body = this.#body;
    if (this.#left < 0) [this.#left, this.#asked] = [body.local('i32'), body.local('i32')];
    const [left, asked] = [this.#left, this.#asked];
    body.get(left).op('i32.eqz').open('if');
    body.get(FRAME).get(asked).op('i32.eqz').call('call', this.#around.imports.engine('passes')).set(left);
    body.i32(1).set(asked).end();
    // Taken where no pass is left.
    body.get(left).op('i32.eqz').open('if', 'i32');
    body.i32(1).op('else').get(left).i32(1).op('i32.sub').set(left).i32(0).end();
  }
}

function lastInsn(code: Code, { start, end }: { readonly start: number; readonly end: number }): number {
  let last = start;
  for (let pc = start; pc < end; pc += code.op[pc] === BPF_LD_IMM64 ? 2 : 1) last = pc;
  return last;
}
