import { ProgramLoadError } from '../loader/index.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';
import { refusalJson } from './render/refusal.ts';

/**
 * Loads programs; where the kernel refuses one, says why: for people in a few lines, with the whole log before them where
 * that is wanted (`-d`); in JSON as a value.
 */
export function loadOrExplain<T>({ options, printer }: Pick<Context, 'options' | 'printer'>, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ProgramLoadError)) throw error;
    const { message, objectName, errno, report, log } = error;
    if (options.debug && log !== '') printer.info(log.trimEnd());
    const details = report && {
      error: message.split('\n', 1)[0],
      program: objectName,
      errno,
      message: report.message,
      report: refusalJson(report),
      log: options.debug ? log : undefined,
    };
    throw new CliError({ code: 'CLI_REFUSED', message, status: -1, json: details, cause: error });
  }
}
