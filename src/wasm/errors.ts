import { EbpftsError } from '../base/index.ts';

/** A module that cannot be printed. */
export class WasmError extends EbpftsError {}

export const errModule = (what: string, offset: number) =>
  new WasmError({
    code: 'WASM_MODULE',
    message: `WebAssembly module, byte ${offset}: ${what}`,
    details: { offset },
  });
