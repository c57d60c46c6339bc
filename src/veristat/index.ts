/**
 * Owns: the verdict on each program of an object, alone and in a kernel that is made for it; comparison with an earlier
 * run.
 * Does not own: the verifier (verifier/), how it is asked (loader/, kernel/), files and formats (cli/).
 * Reads from: base, uapi, isa, btf, catalog, object, syscall, verifier, kernel, loader.
 */
export { type BaselineRow, compareWithBaseline, type Growth, parseBaseline } from './baseline.ts';
export { type FirstVersion, firstVersion, firstVersionText, lacksOf } from './lacks.ts';
export { sizeMaps } from './map-sizes.ts';
export { type ProgramVerdict, type VeristatOptions, verifyObject } from './verdict.ts';
