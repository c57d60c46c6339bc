/**
 * Owns: which types, members and functions of a BTF objects use.
 * Does not own: what is made of that (`gen/`, `btf/diff/`).
 * Reads from: btf, object, and the CO-RE of this folder's parent.
 */
export type { CoreRecords, RecordFailure } from './core-records.ts';
export { markCoreRecords } from './core-records.ts';
export { markObject } from './object.ts';
export { UsedTypes } from './used-types.ts';
