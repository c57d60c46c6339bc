/**
 * Owns: execution: the linear memory, the interpreter, the compiler to WebAssembly; declares the contracts that a kernel implements for it.
 * Does not own: maps, helpers, contexts, verdicts.
 * Reads from: base, uapi, isa, wasm.
 */
export type { EngineKind } from './engine.ts';
export { createEngine } from './engine.ts';
export { formatFault } from './explain.ts';
export type { Fault } from './fault.ts';
export type { Execution, HelperFunction, HelperTable } from './helper-table.ts';
export type { RunOptions, RunResult } from './interpreter.ts';
export type { Region, RegionKind, RegionOptions } from './memory.ts';
export {
  kernelAddress,
  kernelOffset,
  Memory,
  PAGE_SIZE,
  USER_BASE,
  userAddress,
  userOffset,
} from './memory.ts';
export type { ArenaPlace, ExecutableProgram, SourceLine } from './program.ts';
export type { Step, StepObserver } from './step.ts';
