/**
 * Owns: the emulated kernel, an implementation of `System` and of `World`: objects with ids and references, the commands
 * of bpf(2), maps, helpers, fix-up, hooks, packets, tasks, the bpffs.
 * Does not own: verdicts (verifier/), execution (vm/), where its state is kept (`Store`, given by machine/).
 * Reads from: base, uapi, isa, btf, wasm, catalog, syscall, world, verifier, vm.
 */
export type { Clock } from './core/clock.ts';
export { createManualClock } from './core/clock.ts';
export type { Random } from './core/random.ts';
export { createSeededRandom } from './core/random.ts';
export type { VerifyDepth } from './core/state.ts';
export type { Store, StoredRecord, StoredValue } from './core/store.ts';
export type { TaskInfo } from './core/task.ts';
export type { Kernel, KernelOptions, ProcessOptions } from './kernel.ts';
export { createKernel } from './kernel.ts';
export type { Process } from './process/process.ts';
