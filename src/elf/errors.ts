import type { ErrorDetails, TruncatedError } from '../base/index.ts';
import { EbpftsError } from '../base/index.ts';

/** The file is no ELF file that can be read: what, where, wanted, had. */
export class ElfError extends EbpftsError {}

const elfError = (code: string, message: string, details?: ErrorDetails) => new ElfError({ code, message, details });

/** A read that leaves the file or its section; `what` names what was read. */
export const errTruncated =
  (what: string): TruncatedError =>
  ({ offset, need, have }) =>
    elfError('ELF_TRUNCATED', `ELF: ${what}: ${need} bytes needed at offset ${offset}, ${have} there`, {
      what,
      offset,
      need,
      have,
    });

export const errNotElf = (bytes: Uint8Array) =>
  elfError('ELF_MAGIC', `not an ELF file: it begins with ${hexBytes(bytes.subarray(0, 4))}, not 7f 45 4c 46`, {
    length: bytes.length,
  });

export const errClass = (got: number) =>
  elfError('ELF_CLASS', `ELF: class ${got}${got === 1 ? ' (32 bit)' : ''}, only 2 (64 bit) is read`, { got, want: 2 });

export const errByteOrder = (got: number) =>
  elfError('ELF_DATA', `ELF: byte order ${got}, neither 1 (little endian) nor 2 (big endian)`, { got });

export const errVersion = (got: number) =>
  elfError('ELF_VERSION', `ELF: version ${got}, only 1 is defined`, { got, want: 1 });

export const errMachine = (got: number, want: number) =>
  elfError('ELF_MACHINE', `ELF: machine ${got}, not ${want}${want === 247 ? ' (BPF)' : ''}`, { got, want });

export const errType = (got: number, want: number) =>
  elfError('ELF_TYPE', `ELF: file type ${got}, not ${want}${want === 1 ? ' (relocatable object)' : ''}`, { got, want });

export const errEntSize = (what: string, got: number, want: number) =>
  elfError('ELF_ENTSIZE', `ELF: entries of ${what} are ${got} bytes, not ${want}`, { what, got, want });

export const errOutside = (at: { what: string; offset: number; size: number; fileSize: number }) =>
  elfError(
    'ELF_BOUNDS',
    `ELF: ${at.what}: bytes ${at.offset} to ${at.offset + at.size} lie outside the file of ${at.fileSize} bytes`,
    at,
  );

export const errSectionIndex = (what: string, got: number, count: number) =>
  elfError('ELF_SECTION_INDEX', `ELF: ${what}: section ${got} is not one of ${count}`, { what, got, count });

export const errSectionCount = (count: number, limit: number) =>
  elfError('ELF_SECTION_COUNT', `ELF: ${count} sections, at most ${limit} can be written`, { count, limit });

export const errNames = (what: string, got: number, limit: number) =>
  elfError('ELF_NAMES', `ELF: ${what}: names take ${got} bytes, more than ${limit}`, { what, got, limit });

export const errNumber = (what: string, got: bigint) =>
  elfError('ELF_NUMBER', `ELF: ${what}: ${got} is too large`, { what, got });

export const errSymbolTables = (first: number, second: number) =>
  elfError('ELF_SYMTABS', `ELF: multiple symbol tables: sections ${first} and ${second}`, { first, second });

function hexBytes(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'nothing' : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
