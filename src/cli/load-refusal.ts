import { type LoadedObject, type LoadOptions, loadObject, ProgramLoadError, SyscallError } from '../loader/index.ts';
import type { BpfObject } from '../object/index.ts';
import { ReloError } from '../relo/index.ts';
import { type FirstVersion, firstVersionText } from '../veristat/index.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';
import { noBtfFor } from './kernel-list.ts';
import { laterVersion } from './later-version.ts';
import { refusalJson } from './render/refusal.ts';
import type { Session } from './session.ts';

/** What is loaded, into which machine. */
export interface Loading {
  readonly object: BpfObject;
  readonly session: Session;
  readonly options: LoadOptions;
}

/**
 * Loads an object; where the kernel refuses it, says why: for people in a few lines, with the whole log before them where
 * that is wanted (`-d`); in JSON as a value. Also says which later version of Linux would take it.
 */
export function loadOrExplain(
  { options, printer }: Pick<Context, 'options' | 'printer'>,
  loading: Loading,
): LoadedObject {
  const { object, session } = loading;
  try {
    return loadObject(session.system, object, loading.options);
  } catch (error) {
    if (error instanceof ReloError && error.code === 'RELO_NO_TARGET') {
      const message = `${noBtfFor(session.profile.version)}: ${error.message}`;
      throw new CliError({ code: 'CLI_NO_BTF', message, status: -1, cause: error });
    }
    if (!(error instanceof SyscallError)) throw error;
    const later = laterVersion(object, session, loading.options);
    if (!(error instanceof ProgramLoadError) && later === undefined) throw error;
    if (error instanceof ProgramLoadError && options.debug && error.log !== '') printer.info(error.log.trimEnd());
    const message = later ? `${error.message}\nfirst version that takes it: ${firstVersionText(later)}` : error.message;
    const json = refusalOf(error, later, options.debug);
    throw new CliError({ code: 'CLI_REFUSED', message, status: -1, json, cause: error });
  }
}

function refusalOf(error: SyscallError, later: FirstVersion | undefined, debug: boolean) {
  const { message, objectName, errno } = error;
  const { report, log } = error instanceof ProgramLoadError ? error : {};
  const first = later && { version: later.version, brings: later.rows.map((row) => ({ ...row })) };
  if (!report && !first) return undefined;
  return {
    error: message.split('\n', 1)[0],
    program: error instanceof ProgramLoadError ? objectName : undefined,
    errno,
    message: report?.message,
    report: report && refusalJson(report),
    first_version: first,
    log: debug ? log : undefined,
  };
}
