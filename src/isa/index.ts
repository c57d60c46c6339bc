/**
 * Owns: the instruction: decode, encode, disassemble, assemble, basic blocks; what is known of each instruction of a
 * checked program.
 * Does not own: what a helper, kfunc or map is called (names come from a resolver passed in).
 * Reads from: base, uapi.
 */
export type { Insn } from './insns.ts';
export { INSN_SIZE, Insns } from './insns.ts';
