import { isErrno } from '../../syscall/index.ts';
import type { Handler } from '../context.ts';
import { CliError, strerror } from '../errors.ts';
import { takeLink } from '../refs.ts';
import { DONE } from '../report.ts';

const errDetach = (message: string) => new CliError({ code: 'CLI_FAILED', message, status: 1 });

/** Detaches a link by force; whoever holds it keeps a link to nothing. */
export const linkDetach: Handler = async (context, words) => {
  if (words.count !== 2) throw errDetach('link specifier is invalid or missing\n');
  const { objects, system } = await context.session();
  let fd: number;
  try {
    fd = takeLink(objects, words);
  } catch (error) {
    throw error instanceof CliError ? errDetach(error.message) : error;
  }
  const done = system.linkDetach(fd);
  if (isErrno(done)) throw errDetach(`failed link detach: ${strerror(done)}`);
  return DONE;
};
