import { accessSync, constants, realpathSync } from 'node:fs';
import type { BinaryFiles } from '../loader/index.ts';
import type { Io } from './io.ts';

/** The emulated machine's executables and libraries: the host's. */
export function hostBinaries(io: Io): BinaryFiles {
  return {
    read: (path) => attempt(() => io.readFile(path)),
    has: (path, { executable }) =>
      attempt(() => accessSync(path, executable ? constants.R_OK | constants.X_OK : constants.R_OK) ?? true) === true,
    env: (name) => io.env[name],
    realPath: (path) => attempt(() => realpathSync(path)) ?? path,
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
