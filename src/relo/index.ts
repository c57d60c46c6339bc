/**
 * Owns: everything between an opened object and loadable instructions, as pure functions with a report: CO-RE, maps,
 * data, externs, subprogram linking, BTF attach targets.
 * Does not own: fds; creating or loading anything.
 * Reads from: base, uapi, isa, elf, btf, catalog, object.
 */
export { ReloError } from './errors.ts';
export type { RelocatedObject, RelocateOptions } from './options.ts';
export type {
  AttachTarget,
  InfoRecords,
  MapRef,
  ModuleRef,
  RelocatedProgram,
  RelocatedStructOps,
} from './program.ts';
export { relocateObject } from './relocate.ts';
export type { RelocationKind, RelocationOutcome, RelocationReport } from './report.ts';
