/**
 * Owns: a BPF object, opened: programs, maps, globals, externs, references between them (libbpf's "open").
 * Does not own: what a target kernel makes of them (`relo/`), loading (`loader/`).
 * Reads from: base, uapi, isa, elf, btf, catalog.
 */
export { keyShape, sizedShape, valueShape } from './element-shape.ts';
export { ObjectError } from './errors.ts';
export type { ExternSpec, KconfigExtern, KconfigKind, KsymExtern } from './extern-spec.ts';
export type { BpfObject, OpenOptions } from './object.ts';
export { openObject } from './open.ts';
export { sourceLine } from './source-line.ts';
export type { FunctionSpec, MapOrigin, MapSpec, ProgramSpec, RelocationSpec, StructOpsSpec } from './spec.ts';
