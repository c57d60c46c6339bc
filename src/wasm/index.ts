/**
 * Owns: WebAssembly modules: a builder of the binary form and a printer of the text form.
 * Does not own: what is compiled to them.
 * Reads from: base.
 */
export { FunctionBody } from './body.ts';
export { WasmError } from './errors.ts';
export { ModuleBuilder } from './module.ts';
export type { OpsWith } from './opcodes.table.ts';
export { formatModule } from './text.ts';
export type { ValueType } from './value-types.ts';
