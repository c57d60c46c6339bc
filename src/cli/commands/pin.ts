import type { Fd } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { pinFd } from '../bpffs.ts';
import type { Handler } from '../context.ts';
import { CliError } from '../errors.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import { takeLink, takeMap, takeProg } from '../refs.ts';
import { DONE } from '../report.ts';
import type { Words } from '../words.ts';

/** Pins one object, which `take` takes from the words, at the path that follows. */
function pinCommand(take: (objects: KernelObjects, words: Words) => Fd): Handler {
  return async (context, words) => {
    if (words.count < 3) {
      const message = `'${words.previous}' needs at least 3 arguments, ${words.count} found`;
      throw new CliError({ code: 'CLI_FAILED', message, status: -errno.EINVAL });
    }
    const { objects, system } = await context.session();
    const fd = take(objects, words);
    pinFd(context, system, { fd, path: words.take() });
    return DONE;
  };
}

export const progPin: Handler = pinCommand(takeProg);
export const mapPin: Handler = pinCommand(takeMap);
export const linkPin: Handler = pinCommand(takeLink);
