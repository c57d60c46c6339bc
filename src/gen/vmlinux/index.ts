/**
 * Owns: `vmlinux.h` cut down to what sources and objects need.
 * Does not own: C text of types (`btf/`), where sources come from (`cli/`).
 * Reads from: btf, object, relo.
 */
export type { Needs } from './needs.ts';
export { addObjectNeeds, addSourceNeeds, emptyNeeds } from './needs.ts';
export type { CNames } from './scan-c.ts';
export { emptyCNames, scanC } from './scan-c.ts';
export { generateVmlinuxHeader } from './vmlinux.ts';
