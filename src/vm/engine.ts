import { InternalError } from '../base/index.ts';
import type { Fault } from './fault.ts';
import { createInterpreter, type Interpreter, type RunOptions, type RunResult } from './interpreter.ts';
import { createJit } from './jit/jit.ts';
import type { ExecutableProgram } from './program.ts';
import type { Surroundings } from './transfer.ts';

/** What carries out programs: the interpreter, or, where the whole verifier took them, code compiled to WebAssembly. */
export type EngineKind = 'interpreter' | 'jit';

/** A program that compiled code entered did not end well in the interpreter. */
class Stopped {
  readonly fault: Fault;

  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/**
 * An engine on one memory. With `jit`, verified programs are compiled when they first run; those that are not verified,
 * that cannot be compiled (big-endian ones) and runs that are looked on at go through the interpreter all the same.
 * `steps` of a compiled run is 0: nobody counts them.
 * @throws {InternalError} where compiled code does what the verifier proved that it does not
 */
export function createEngine(kind: EngineKind, around: Surroundings): Interpreter {
  const interpreter = createInterpreter(around);
  if (kind === 'interpreter') return interpreter;
  const interpret = (program: ExecutableProgram, options: RunOptions): bigint => {
    const result = interpreter.run(program, options);
    if (!result.ok) throw new Stopped(result.fault);
    return result.r0;
  };
  const jit = createJit({ ...around, interpret });
  return {
    run(program, options): RunResult {
      if (options.observe !== undefined) return interpreter.run(program, options);
      try {
        around.memory.fetchAll();
        const r0 = jit.run(program, options);
        return r0 === undefined ? interpreter.run(program, options) : { ok: true, r0, steps: 0 };
      } catch (error) {
        if (error instanceof Stopped) return { ok: false, fault: error.fault, steps: 0 };
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
        throw new InternalError(`compiled program '${program.name}': ${error.message}`);
      }
    },
  };
}
