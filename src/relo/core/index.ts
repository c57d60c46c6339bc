/**
 * Owns: CO-RE: what a record asks of the target's types, and the instruction that answers it.
 * Does not own: which records belong to which function.
 * Reads from: btf, isa, uapi.
 */
export { Budget, STEPS_PER_RELOCATION } from './budget.ts';
export { paramType, type TypePair, typesAreCompatible } from './compat.ts';
export { type CoreFailure, isFailure } from './failure.ts';
export { coreKind, coreSubject } from './kinds.ts';
export { nearest } from './nearest.ts';
export type { CoreReport } from './resolver.ts';
export { CoreResolver } from './resolver.ts';
export type { CoreSpec } from './spec.ts';
export { arrayOf, isCompositeKind, memberAt } from './spec.ts';
