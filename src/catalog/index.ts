/**
 * Owns: what Linux offers, as data: program types, attach types, `SEC()` names, map types, helper and kfunc prototypes,
 * context fields, each with the version that it is there since; `KernelProfile`.
 * Does not own: behaviour.
 * Reads from: base, uapi.
 */
export type { KernelProfile } from './profile.ts';
export type { AutoAttach, SecDef } from './sec.table.ts';
export { SEC_DEFS } from './sec.table.ts';
export { findSec, secTarget } from './sec.ts';
