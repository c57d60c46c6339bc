/**
 * Owns: execution: the linear memory, the interpreter; declares the contracts that a kernel implements for it.
 * Does not own: maps, helpers, contexts, verdicts.
 * Reads from: base, uapi, isa, wasm.
 */
export { formatFault } from './explain.ts';
export type { Fault, FaultAccess, FaultCause, FaultKind } from './fault.ts';
export type { Execution, HelperFunction, HelperTable } from './helper-table.ts';
export type { Interpreter, RunOptions, RunResult } from './interpreter.ts';
export { createInterpreter } from './interpreter.ts';
export type { MemoryOptions, Pager, Region, RegionKind, RegionOptions } from './memory.ts';
export {
  KERNEL_BASE,
  kernelAddress,
  kernelOffset,
  Memory,
  PAGE_SIZE,
  USER_BASE,
  userAddress,
  userOffset,
} from './memory.ts';
export type { ArenaPlace, ExecutableProgram, SourceLine } from './program.ts';
