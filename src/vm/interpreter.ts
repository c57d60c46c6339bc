import type { Fault } from './fault.ts';
import type { ExecutableProgram } from './program.ts';
import { Run } from './run.ts';
import { Stack } from './stack.ts';
import type { StepObserver } from './step.ts';
import { type Surroundings, Transfer } from './transfer.ts';

/** How a program is entered. */
export interface RunOptions {
  /** Address of the context. */
  readonly context: bigint;
  /** The emulated CPU; default 0. */
  readonly cpu?: number;
  /** The kernel's own record of this run, for its helpers. */
  readonly scope?: unknown;
  /** Instructions that may be carried out, callbacks included; default: no end, as for a verified program. */
  readonly budget?: number;
  /** Instruction to begin at: a callback that runs by itself (a timer's); default 0. */
  readonly entry?: number;
  /** R1 to R5; default: the context in R1. */
  readonly args?: readonly bigint[];
  /** Told of each instruction before it is carried out. */
  readonly observe?: StepObserver;
}

/** How a run ended: R0 as a u64, or the fault; and how many instructions were carried out. */
export type RunResult =
  | { readonly ok: true; readonly r0: bigint; readonly steps: number }
  | { readonly ok: false; readonly fault: Fault; readonly steps: number };

/** The engine that says what a program means. Re-entrant: a helper may run programs while its caller waits. */
export interface Interpreter {
  run(program: ExecutableProgram, options: RunOptions): RunResult;
}

/**
 * An interpreter on one memory. Made once, it runs any number of programs; `formatFault` says why a run ended early.
 */
export function createInterpreter(around: Surroundings): Interpreter {
  const engine = { memory: around.memory, helpers: around.helpers, stack: new Stack(around.memory) };
  const spare: Transfer[] = [];
  return {
    run(program, options) {
      const { context, cpu = 0, scope, budget = Number.POSITIVE_INFINITY, entry = 0, args = [context] } = options;
      const transfer = spare.pop() ?? new Transfer(engine);
      const run = new Run(program, { engine, transfer, context, cpu, scope, budget, observe: options.observe });
      try {
        const end = run.start(entry, args);
        const { steps } = run;
        return typeof end === 'bigint' ? { ok: true, r0: end, steps } : { ok: false, fault: end, steps };
      } finally {
        spare.push(transfer);
      }
    },
  };
}
