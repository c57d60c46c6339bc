/**
 * Owns: execution: the linear memory, the interpreter; declares the contracts that a kernel implements for it.
 * Does not own: maps, helpers, contexts, verdicts.
 * Reads from: base, uapi, isa, wasm.
 */
export type { Execution, HelperFunction, HelperTable } from './helper-table.ts';
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
export type { ExecutableProgram, SourceLine } from './program.ts';
