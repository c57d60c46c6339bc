import { EbpftsError } from '../../base/index.ts';
import type { Fault } from '../../vm/index.ts';
import { formatFault } from '../../vm/index.ts';

/** A program did what a verified one never does: it was accepted, and yet accessed or called what it must not. */
export class ProgramFaultError extends EbpftsError {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super({
      code: 'PROGRAM_FAULT',
      message: formatFault(fault),
      details: { program: fault.program.name, insn: fault.insn, kind: fault.kind, address: fault.access?.address },
    });
    this.fault = fault;
  }
}

export function errProgramFault(fault: Fault): ProgramFaultError {
  return new ProgramFaultError(fault);
}
