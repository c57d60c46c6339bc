/**
 * Owns: which types, members and functions of a BTF objects use, and what that comes to on two of them.
 * Does not own: what is made of that (`gen/`, `btf/diff/`).
 * Reads from: btf, object, and the CO-RE of this folder's parent.
 */
export type { CoreRecords, RecordFailure } from './core-records.ts';
export { markCoreRecords } from './core-records.ts';
export { markObject } from './object.ts';
export type { OutcomeChange, OutcomeSide } from './outcomes.ts';
export { outcomeChanges } from './outcomes.ts';
export { UsedTypes } from './used-types.ts';
