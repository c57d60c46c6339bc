/**
 * Owns: the verdict on a program, its log and the facts for one kernel profile.
 * Does not own: which maps an fd names, what the fields of a context are (the caller passes both in).
 * Reads from: base, uapi, isa, btf, catalog.
 */
export { checkAttachTarget } from './attach/target.ts';
export type { CheckResult } from './check.ts';
export { checkProgram, subprogramsOf } from './check.ts';
export { lackingInsns } from './insn-versions.ts';
export type { DebugRecords, KernelTypes, VerifiedTarget, VerifyOptions, WalkObserver } from './options.ts';
export { REASON_CODES } from './report/reasons.table.ts';
export { findFields, MAP_FIELDS } from './types/value-fields.ts';
export type { VerifyCounters, VerifyResult } from './verify.ts';
export { verifyProgram } from './verify.ts';
