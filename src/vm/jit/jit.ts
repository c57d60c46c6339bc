import { sha256, toHex } from '../../base/index.ts';
import { MAX_TAIL_CALL_CNT } from '../../uapi/index.ts';
import type { RunOptions } from '../interpreter.ts';
import { MayGoto } from '../may-goto.ts';
import { kernelOffset } from '../memory.ts';
import type { ExecutableProgram } from '../program.ts';
import { FRAME_SIZE } from '../stack.ts';
import type { Surroundings } from '../transfer.ts';
import { argumentCount, type CompiledProgram, compileEntry, compileProgram, exportName } from './compile.ts';
import type { JitImport } from './imports.ts';
import { JitRun, UNWIND } from './run.ts';

/** Bytes for all frames that are in use at once. */
const STACK_SIZE = 256 * 1024;
/** What a function needs at most for itself and those that it calls: eight frames, guards before and behind. */
const DEPTH = 10 * FRAME_SIZE;

type Compiled = (frame: number, r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint) => bigint;

/** A program that is ready to run. */
interface Instance {
  readonly functions: readonly Compiled[];
  /** It calls kernel functions, of which `bpf_throw` is one. */
  readonly mayThrow: boolean;
}

/** What compiled code stands on. */
export interface JitSurroundings extends Surroundings {
  /** Carries out a program that is not compiled, where a compiled one leads to it. What it throws ends the run. */
  interpret(program: ExecutableProgram, options: RunOptions): bigint;
}

/** Programs compiled to WebAssembly, on one memory. */
export interface Jit {
  /**
   * Runs a verified program; the first time it is compiled.
   * @returns R0 as a u64; undefined where the program cannot run here (it is not verified or could not be compiled, runs
   * are nested too deep): nothing was done then
   * @throws {WebAssembly.RuntimeError} a trap: a program that the verifier took and that does what it may not
   */
  run(program: ExecutableProgram, options: RunOptions): bigint | undefined;
}

/** Modules by the digest of their bytes, for all engines of the process. */
const modules = new Map<string, WebAssembly.Module>();

/** An engine that compiles programs to WebAssembly. Re-entrant, as the interpreter is. */
export function createJit({ memory, helpers, interpret }: JitSurroundings): Jit {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
  const instances = new WeakMap<ExecutableProgram, Instance | 'none'>();
  /** Places in the table of programs that tail calls led to. */
  const slots = new WeakMap<ExecutableProgram, number>();
  const stack = memory.alloc(STACK_SIZE, { kind: 'stack', name: 'stack of compiled programs' });
  const limit = stack.offset + STACK_SIZE - DEPTH;
  /** The run that is under way: the innermost. */
  let current: JitRun | undefined;
  const top = stack.offset + FRAME_SIZE;
  const caller = { callAt };
  return { run };

  function run(program: ExecutableProgram, options: RunOptions): bigint | undefined {
    const { context, cpu = 0, scope, entry = 0, args = [context] } = options;
    const instance = instanceOf(program);
    const enter = instance?.functions[program.subprograms.indexOf(entry)];
    const outer = current;
    const frame = (outer === undefined ? top : outer.frame) + FRAME_SIZE;
    if (enter === undefined || frame > limit) return undefined;
    const own = new JitRun(caller, program, { cpu, context, scope });
    own.frame = frame;
    current = own;
    try {
      return guarded(own, frame, () => enterFunction(enter, frame, args));
    } finally {
      current = outer;
    }
  }

  /**
   * Enters a program, by itself or by a tail call: `bpf_throw` leaves all frames down to there. Then the exception
   * callback of the program that threw goes on, or the cookie is what is returned.
   */
  function guarded(run: JitRun, frame: number, enter: () => bigint): bigint {
    try {
      return enter();
    } catch (error) {
      if (error !== UNWIND) throw error;
      const cookie = run.thrown ?? 0n;
      run.thrown = undefined;
      const { exceptionCallback, subprograms } = run.program;
      if (exceptionCallback === undefined) return cookie;
      const handler = instanceOf(run.program)?.functions[subprograms.indexOf(exceptionCallback)];
      return handler === undefined ? cookie : enterFunction(handler, frame, [cookie]);
    }
  }

  function callAt(run: JitRun, address: bigint, args: readonly bigint[]): bigint {
    const frame = run.frame + FRAME_SIZE;
    const owner = contains(run.program, address) ? run.program : helpers.programAt?.(address);
    const insn = owner === undefined ? -1 : Number((address - owner.textBase) >> 3n);
    if (owner === undefined || frame > limit) return 1n;
    const called = instanceOf(owner)?.functions[owner.subprograms.indexOf(insn)];
    if (called === undefined) return interpret(owner, optionsOf(run, insn, args));
    const { program, frame: before } = run;
    try {
      return enterFunction(called, frame, args);
    } finally {
      run.program = program;
      run.frame = before;
    }
  }

  function instanceOf(program: ExecutableProgram): Instance | undefined {
    let instance = instances.get(program);
    if (instance === undefined) {
      const compiled = program.verified === true ? compileProgram(program, helpers) : undefined;
      instance = compiled === undefined ? 'none' : instantiate(program, compiled);
      instances.set(program, instance);
    }
    return instance === 'none' ? undefined : instance;
  }

  function instantiate(program: ExecutableProgram, { bytes, imports }: CompiledProgram): Instance {
    const kernel: Record<string, unknown> = { memory: memory.wasm, table };
    for (const { name, what } of imports) kernel[name] = functionFor(program, what);
    const { exports } = new WebAssembly.Instance(moduleOf(bytes), { kernel });
    const functions = program.subprograms.map((_, i) => exports[exportName(i)] as Compiled);
    return { functions, mayThrow: imports.some(({ what }) => what.kind === 'kfunc') };
  }

  function functionFor(program: ExecutableProgram, what: JitImport): unknown {
    switch (what.kind) {
      case 'helper':
      case 'kfunc':
        return calledFunction(program, what);
      case 'probe':
        return (address: bigint, size: number) => {
          const pointer = BigInt.asUintN(64, address);
          const offset = kernelOffset(pointer);
          if (offset < 0 || !helpers.probeReadable(pointer, size)) return -1;
          memory.touch(offset, size);
          return offset;
        };
      case 'packet':
        return (frame: number, offset: number, size: 1 | 2 | 4) =>
          BigInt(helpers.packetLoad(enteredBy(program, frame), offset, size) ?? -1);
      case 'tail':
        return (frame: number, _context: bigint, map: bigint, index: bigint) =>
          tailCall(enteredBy(program, frame), BigInt.asUintN(64, map), Number(BigInt.asUintN(32, index)));
      case 'passes':
        return (frame: number, isNew: number) =>
          enteredBy(program, frame)
            .mayGoto(frame, isNew === 1, () => new MayGoto(helpers))
            .grant();
      default:
        return (offset: number, size: number) => memory.touch(offset >>> 0, size);
    }
  }

  /** The run that calls out, which then knows from where. */
  function enteredBy(program: ExecutableProgram, frame: number): JitRun {
    const run = current as JitRun;
    run.frame = frame;
    run.program = program;
    return run;
  }

  function calledFunction(program: ExecutableProgram, what: JitImport & { kind: 'helper' | 'kfunc' }): unknown {
    const called = what.kind === 'helper' ? helpers.helper(what.id) : helpers.kfunc(program, what.btfId, what.offset);
    if (called === undefined) return undefined;
    const u64 = (value: bigint) => BigInt.asUintN(64, value);
    const end = (run: JitRun, r0: bigint) => {
      if (run.thrown !== undefined) throw UNWIND;
      return r0;
    };
    // What a function does not look at is not handed over: each number costs.
    const none = 0n;
    switch (argumentCount(called)) {
      case 0:
        return (frame: number) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, none, none, none, none, none));
        };
      case 1:
        return (frame: number, a: bigint) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, u64(a), none, none, none, none));
        };
      case 2:
        return (frame: number, a: bigint, b: bigint) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, u64(a), u64(b), none, none, none));
        };
      case 3:
        return (frame: number, a: bigint, b: bigint, c: bigint) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, u64(a), u64(b), u64(c), none, none));
        };
      case 4:
        return (frame: number, a: bigint, b: bigint, c: bigint, d: bigint) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, u64(a), u64(b), u64(c), u64(d), none));
        };
      default:
        return (frame: number, a: bigint, b: bigint, c: bigint, d: bigint, e: bigint) => {
          const run = enteredBy(program, frame);
          return end(run, called(run, u64(a), u64(b), u64(c), u64(d), u64(e)));
        };
    }
  }

  /** The function of a program for the table, where tail calls lead to it: what the program throws ends there. */
  function entryOf(program: ExecutableProgram): unknown {
    const instance = instanceOf(program);
    const main = instance?.functions[0];
    if (main !== undefined && !instance?.mayThrow) return main;
    const enter = (frame: number, ...args: bigint[]) => {
      const run = current as JitRun;
      if (main === undefined) return interpret(program, optionsOf(run, 0, args));
      return guarded(run, frame, () => enterFunction(main, frame, args));
    };
    return new WebAssembly.Instance(moduleOf(compileEntry()), { kernel: { enter } }).exports[exportName(0)];
  }

  /** @returns the slot of the program that takes the frame's place, or -1 */
  function tailCall(run: JitRun, map: bigint, index: number): number {
    if (run.tailCalls >= MAX_TAIL_CALL_CNT || run.frame > limit) return -1;
    const target = helpers.tailCallTarget(run, map, index);
    if (target === undefined) return -1;
    run.tailCalls++;
    let slot = slots.get(target);
    if (slot === undefined) {
      slot = table.grow(1);
      table.set(slot, entryOf(target));
      slots.set(target, slot);
    }
    return slot;
  }
}

/** How the interpreter goes on with what a compiled program leads to. */
function optionsOf(run: JitRun, entry: number, given: readonly bigint[]): RunOptions {
  const { context, cpu, scope } = run;
  return { context, cpu, scope, entry, args: given.map((value) => BigInt.asUintN(64, value)) };
}

function enterFunction(entered: Compiled, frame: number, args: readonly bigint[]): bigint {
  const [r1 = 0n, r2 = 0n, r3 = 0n, r4 = 0n, r5 = 0n] = args;
  return BigInt.asUintN(64, entered(frame, r1, r2, r3, r4, r5));
}

function moduleOf(bytes: Uint8Array): WebAssembly.Module {
  const digest = toHex(sha256(bytes));
  let module = modules.get(digest);
  if (module === undefined) modules.set(digest, (module = new WebAssembly.Module(bytes)));
  return module;
}

function contains({ textBase, insns }: ExecutableProgram, address: bigint): boolean {
  return address >= textBase && address < textBase + 8n * BigInt(insns.length);
}
