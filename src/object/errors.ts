import type { ErrorDetails } from '../base/index.ts';
import { EbpftsError } from '../base/index.ts';

/** The file is ELF, but no BPF object that can be opened. */
export class ObjectError extends EbpftsError {}

const objectError = (code: string, message: string, details?: ErrorDetails) =>
  new ObjectError({ code, message, details });

export const errNoSymbols = () =>
  objectError('OBJECT_NO_SYMTAB', "elf: couldn't find symbol table, stripped object file?");

export const errSection = (section: string, problem: string, details?: ErrorDetails) =>
  objectError('OBJECT_SECTION', `sec '${section}': ${problem}`, { section, ...details });

export const errProgram = (section: string, problem: string, details: ErrorDetails) =>
  objectError('OBJECT_PROGRAM', `sec '${section}': ${problem}`, { section, ...details });

export const errStaticProgram = (section: string, program: string) =>
  objectError('OBJECT_STATIC_PROGRAM', `sec '${section}': program '${program}' is static and not supported`, {
    section,
    program,
  });

export const errBtfRequired = (problem: string, cause?: unknown) =>
  new ObjectError({
    code: 'OBJECT_BTF',
    message: `BTF is required, but is missing or corrupted: ${problem}`,
    cause,
  });

export const errDatasec = (section: string, problem: string) =>
  objectError('OBJECT_DATASEC', `sec '${section}': ${problem}`, { section });

export const errMap = (map: string, problem: string, details?: ErrorDetails) =>
  objectError('OBJECT_MAP', `map '${map}': ${problem}`, { map, ...details });

export const errMapSlot = (at: { map: string; index: number; symbol: string }, problem: string) =>
  objectError('OBJECT_MAP_SLOT', `.maps relo #${at.index}: ${problem}`, at);

export const errStructOps = (what: string, problem: string, details?: ErrorDetails) =>
  objectError('OBJECT_STRUCT_OPS', `struct_ops ${what}: ${problem}`, { what, ...details });

export const errExtern = (extern: string, problem: string, details?: ErrorDetails) =>
  objectError('OBJECT_EXTERN', `extern '${extern}': ${problem}`, { extern, ...details });

export const errRelocation = (at: { function: string; insn: number; symbol: string }, problem: string) =>
  objectError('OBJECT_RELOCATION', `prog '${at.function}': insn #${at.insn}: ${problem}`, at);

export const errRelocationRow = (section: string, index: number, problem: string) =>
  objectError('OBJECT_RELOCATION', `sec '${section}': relo #${index}: ${problem}`, { section, index });
