/**
 * Owns: the instruction: decode, encode, disassemble, assemble, basic blocks; what is known of each instruction of a
 * checked program, and of why one was refused.
 * Does not own: what a helper, kfunc or map is called (names come from a resolver passed in).
 * Reads from: base, uapi.
 */
export { assemble } from './assemble.ts';
export type { BasicBlock } from './blocks.ts';
export { basicBlocks, findSubprograms, isEnd, jumpTarget, subprogramTarget } from './blocks.ts';
export {
  accessBytes,
  insnClass,
  insnMode,
  insnOp,
  insnSize,
  insnSource,
  isAlu,
  isGoto,
  isJump,
  isWide,
} from './decode.ts';
export type { InsnNames } from './disassemble.ts';
export { formatInsn, xlatedImm64 } from './disassemble.ts';
export type { InsnFacts, PointerClass, ProgramFacts } from './facts.ts';
export type { Insn } from './insns.ts';
export { INSN_SIZE, Insns } from './insns.ts';
export * from './opcodes.ts';
export type {
  PathStep,
  RefusalReport,
  ReportedFrame,
  SourceLine,
  ValueRange,
  WrongAccess,
  WrongValue,
} from './refusal-report.ts';
export { alu32, alu64, byteSwap, jump32, jump64 } from './semantics.ts';
