import { EbpftsError } from '../base/index.ts';

/** An object that a generator cannot make its text from. */
export class GenError extends EbpftsError {}

const genError = (code: string, message: string, details: Record<string, string | number>) =>
  new GenError({ code, message, details });

export const errOverlap = (at: { section: string; variable: string; offset: number; end: number }) =>
  genError(
    'GEN_OVERLAP',
    `Something is wrong for ${at.section}'s variable ${at.variable}: need offset ${at.offset}, already at ${at.end}.`,
    at,
  );

export const errAlignment = (variable: string) =>
  genError('GEN_ALIGNMENT', `Failed to determine alignment of variable '${variable}'`, { variable });

export const errNoBtf = (object: string) =>
  genError('GEN_NO_BTF', `need btf type information for ${object}`, { object });

export const errName = (what: string, name: string) =>
  genError('GEN_NAME', `${what} ${JSON.stringify(name)} cannot be named in C`, { what, name });
