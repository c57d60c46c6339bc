import { EbpftsError } from '../base/index.ts';

/** Text that is no instruction. Codes: `ASSEMBLY_SYNTAX`, `ASSEMBLY_LABEL`, `ASSEMBLY_RANGE`. */
export class AssemblyError extends EbpftsError {}

export function errSyntax(line: number, text: string): AssemblyError {
  return new AssemblyError({
    code: 'ASSEMBLY_SYNTAX',
    message: `line ${line}: no instruction: ${text}`,
    details: { line, text },
  });
}

export function errLabel(line: number, label: string): AssemblyError {
  return new AssemblyError({
    code: 'ASSEMBLY_LABEL',
    message: `line ${line}: no label ${label}`,
    details: { line, label },
  });
}

export function errRange(line: number, what: string, value: number): AssemblyError {
  return new AssemblyError({
    code: 'ASSEMBLY_RANGE',
    message: `line ${line}: ${what} ${value} does not fit its field`,
    details: { line, what, value },
  });
}
