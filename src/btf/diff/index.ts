/**
 * Owns: what two BTFs do not have in common, by name.
 * Does not own: what uses them (`relo/used/`), how it is printed (`cli/`).
 * Reads from: the type graph of this folder's parent.
 */
export type { CompositeChange, FieldChange, FieldDifference, FieldPlace } from './composites.ts';
export type { DeclarationChange, FunctionChange } from './declarations.ts';
export type { BtfDiff, BtfDiffOptions } from './diff.ts';
export { diffBtf } from './diff.ts';
export type { EnumChange, EnumeratorChange } from './enums.ts';
export type { Change } from './sides.ts';
export type { BtfUses, UsesOfBoth } from './uses.ts';
