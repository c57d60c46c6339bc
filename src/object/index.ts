/**
 * Owns: a BPF object, opened: programs, maps, globals, externs, references between them (libbpf's "open"); the static
 * linker, which makes one object of several.
 * Does not own: what a target kernel makes of them (`relo/`), loading (`loader/`).
 * Reads from: base, uapi, isa, elf, btf, catalog.
 */
export { keyShape, sizedShape, valueShape } from './element-shape.ts';
export { ObjectError } from './errors.ts';
export type { ExternSpec, KconfigExtern, KconfigKind, KsymExtern } from './extern-spec.ts';
export { LinkError } from './linker/errors.ts';
export type { Claim } from './linker/globals.ts';
export type { LinkFile } from './linker/input.ts';
export type { LinkResult } from './linker/link.ts';
export { linkObjects } from './linker/link.ts';
export type { SectionPart } from './linker/output-sections.ts';
export type { LinkedSection, LinkedSymbol, LinkReport } from './linker/report.ts';
export type { BpfObject, OpenOptions } from './object.ts';
export { openObject } from './open.ts';
export { sourceLine } from './source-line.ts';
export type { FunctionSpec, MapOrigin, MapSpec, ProgramSpec, RelocationSpec, StructOpsSpec } from './spec.ts';
