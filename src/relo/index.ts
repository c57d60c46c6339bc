/**
 * Owns: everything between an opened object and loadable instructions, as pure functions with a report: CO-RE, maps,
 * data, externs, subprogram linking, BTF attach targets; what of a kernel's types an object uses.
 * Does not own: fds; creating or loading anything.
 * Reads from: base, uapi, isa, elf, btf, catalog, object.
 */
export { nearest } from './core/index.ts';
export { ReloError } from './errors.ts';
export type { RelocatedObject, RelocateOptions } from './options.ts';
export type {
  InfoRecords,
  RelocatedProgram,
} from './program.ts';
export { relocateObject } from './relocate.ts';
export type { RelocationReport } from './report.ts';
export type { CoreRecords, OutcomeChange, OutcomeSide, RecordFailure } from './used/index.ts';
export { markCoreRecords, markObject, outcomeChanges, UsedTypes } from './used/index.ts';
