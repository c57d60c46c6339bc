import { EbpftsError } from '../base/index.ts';

/** A machine's file that cannot be used, or a wish for a machine that cannot be met. */
export class MachineError extends EbpftsError {}

export function errBadRecord(offset: number): MachineError {
  return new MachineError({
    code: 'MACHINE_BAD_RECORD',
    message: `the machine's file is damaged: no value at byte ${offset} of a record`,
    details: { offset },
  });
}

export function errNewerFormat(at: { path: string; format: number; known: number }): MachineError {
  return new MachineError({
    code: 'MACHINE_NEWER',
    message:
      `${at.path} was written by a newer version: its format is ${at.format}, this version knows ${at.known}. ` +
      `Use the newer version, or \`machine reset\` to begin anew.`,
    details: at,
  });
}

export function errNotAMachine(path: string, cause?: unknown): MachineError {
  return new MachineError({
    code: 'MACHINE_NOT_ONE',
    message: `${path} is not a machine's file${cause === undefined ? '' : `: ${reason(cause)}`}`,
    details: { path },
    cause,
  });
}

export function errCannotOpen(path: string, cause: unknown): MachineError {
  return new MachineError({
    code: 'MACHINE_CANNOT_OPEN',
    message: `cannot open the machine at ${path}: ${reason(cause)}`,
    details: { path },
    cause,
  });
}

export function errBadName(name: string): MachineError {
  return new MachineError({
    code: 'MACHINE_BAD_NAME',
    message: `${name} is no name for a machine: letters, digits, \`-\`, \`_\` and \`.\`, or a path with a slash`,
    details: { name },
  });
}

export function errOtherProfile(at: { what: string; wanted: string; have: string; path: string }): MachineError {
  return new MachineError({
    code: 'MACHINE_OTHER_PROFILE',
    message: `the machine at ${at.path} has ${at.what} ${at.have}, not ${at.wanted}: it was chosen when the machine was made`,
    details: at,
  });
}

export function errBadBtf(path: string): MachineError {
  return new MachineError({
    code: 'MACHINE_BAD_BTF',
    message: `${path} holds no raw BTF of a kernel`,
    details: { path },
  });
}

export function errNoBtf(wanted: { version: string | undefined; arch: string | undefined }): MachineError {
  const what = [wanted.version, wanted.arch].filter((part) => part !== undefined).join(' ');
  return new MachineError({
    code: 'MACHINE_NO_BTF',
    message: `there is no BTF of a ${what} kernel here: name one by --btf`,
    details: wanted,
  });
}

export function errBadVersion(version: string): MachineError {
  return new MachineError({
    code: 'MACHINE_BAD_VERSION',
    message: `${version} is no kernel version: wanted is one like 6.12 or 6.12.3`,
    details: { version },
  });
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
