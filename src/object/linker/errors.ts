import type { ErrorDetails } from '../../base/index.ts';
import { EbpftsError } from '../../base/index.ts';

/** Objects that cannot be linked: the text begins as libbpf's does, then says which files, and both sides. */
export class LinkError extends EbpftsError {}

const linkError = (code: string, message: string, details?: ErrorDetails) => new LinkError({ code, message, details });

export const errNoFiles = () => linkError('LINK_NO_FILES', 'no object files to link');

/** A file that cannot be read. */
export const errFile = (file: string, cause: EbpftsError) =>
  new LinkError({
    code: 'LINK_FILE',
    message: `${file}: ${cause.message}`,
    details: { file, reason: cause.code },
    cause,
  });

export const errInput = (file: string, problem: string, details?: ErrorDetails) =>
  linkError('LINK_INPUT', `${problem} in ${file}`, { file, ...details });

export const errBtf = (at: { file: string; section: string }, cause: Error) =>
  new LinkError({
    code: 'LINK_BTF',
    message: `failed to parse ${at.section} from ${at.file}: ${cause.message}`,
    details: at,
    cause,
  });

export const errByteOrder = (at: { file: string; have: string; first: string; want: string }) =>
  linkError(
    'LINK_BYTE_ORDER',
    `byte order mismatch with ELF file ${at.file}: it is ${at.have}-endian, '${at.first}' is ${at.want}-endian`,
    at,
  );

export const errSections = (at: { section: string; file: string; what: string; have: string; want: string }) =>
  linkError(
    'LINK_SECTION',
    `sec ${at.section} ${at.what} mismatch: ${at.have} in '${at.file}', ${at.want} in the files before it`,
    at,
  );

export const errContents = (at: { section: string; file: string; first: string }) =>
  linkError(
    'LINK_CONTENTS',
    `non-identical contents of section '${at.section}' are not supported: '${at.file}' and '${at.first}' differ`,
    at,
  );

export const errSymbol = (at: { file: string; symbol: string }, problem: string, details?: ErrorDetails) =>
  linkError('LINK_SYMBOL', problem, { ...at, ...details });

/** Two files that say different things of one global. @param at.first the file that said it first */
export const errGlobal = (at: { symbol: string; file: string; first: string }, problem: string) =>
  linkError('LINK_GLOBAL', `global '${at.symbol}': ${problem} (in '${at.first}' and '${at.file}')`, at);

export const errRelocation = (at: { file: string; section: string; index: number }, problem: string) =>
  linkError('LINK_RELOCATION', `ELF relo #${at.index} in section ${at.section} ${problem} in ${at.file}`, at);

export const errTypes = (file: string, problem: string, details?: ErrorDetails) =>
  linkError('LINK_TYPES', `${problem} in '${file}'`, { file, ...details });

export const errExt = (at: { file: string; section: string }, problem: string) =>
  linkError('LINK_EXT', `${problem} in '${at.file}'`, at);

export const errTooLarge = (what: string, size: number, limit: number) =>
  linkError('LINK_TOO_LARGE', `${what}: ${size} bytes, more than ${limit}`, { what, size, limit });
