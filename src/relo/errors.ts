import type { ErrorDetails } from '../base/index.ts';
import { EbpftsError } from '../base/index.ts';

/** The object cannot be made loadable for this target: what was looked for, and what there is instead. */
export class ReloError extends EbpftsError {}

/** The same error, with where in the source it happened and the nearest names that the target has, a line each. */
export function withHints(error: unknown, hints: { source: string | undefined; nearest: readonly string[] }): unknown {
  if (!(error instanceof ReloError)) return error;
  const { source } = hints;
  const nearest = hints.nearest.length > 0 ? hints.nearest.join(', ') : undefined;
  const lines = [error.message];
  if (source !== undefined) lines.push(`  in ${source}`);
  if (nearest !== undefined) lines.push(`  nearest there: ${nearest}`);
  if (lines.length === 1) return error;
  const details = { ...error.details, source, nearest };
  return new ReloError({ code: error.code, message: lines.join('\n'), details, cause: error });
}

const reloError = (code: string, message: string, details?: ErrorDetails) => new ReloError({ code, message, details });

export const errCall = (at: { program: string; function: string; insn: number }, problem: string) =>
  reloError('RELO_CALL', `prog '${at.function}': insn #${at.insn}: ${problem}`, at);

export const errTooLarge = (program: string, copied: number, limit: number) =>
  reloError('RELO_TOO_LARGE', `prog '${program}': linking copies more than ${limit} instructions and records`, {
    program,
    copied,
    limit,
  });

export const errInfo = (program: string, what: string, problem: string) =>
  reloError('RELO_INFO', `prog '${program}': ${what}: ${problem}`, { program, what });

export const errExceptionCallback = (program: string, problem: string) =>
  reloError('RELO_EXCEPTION_CALLBACK', `prog '${program}': ${problem}`, { program });

/** `form` is what kind of extern it is, as libbpf's log has it: `func ksym`, `var ksym`, `ksym`. */
export const errExtern = (at: { extern: string; form?: string }, problem: string) =>
  reloError(
    'RELO_EXTERN',
    at.form === undefined ? `extern '${at.extern}' ${problem}` : `extern (${at.form}) '${at.extern}': ${problem}`,
    { extern: at.extern },
  );

export const errKconfig = (extern: string, problem: string, details?: ErrorDetails) =>
  reloError('RELO_KCONFIG', `extern (kcfg) '${extern}': ${problem}`, { extern, ...details });

export const errKconfigLine = (line: string, problem: string) =>
  reloError('RELO_KCONFIG', `failed to parse '${line}': ${problem}`, { line });

export const errStructOps = (map: string, problem: string, details?: ErrorDetails) =>
  reloError('RELO_STRUCT_OPS', `struct_ops init_kern ${map}: ${problem}`, { map, ...details });

export const errNoTarget = (what: string) =>
  reloError('RELO_NO_TARGET', `${what} needs the BTF of the target kernel, and none was given`, { what });

export const errCore = (at: { function: string; insn: number; index: number; errno?: number }, problem: string) =>
  reloError('RELO_CORE', `prog '${at.function}': relo #${at.index}: insn #${at.insn}: ${problem}`, at);
