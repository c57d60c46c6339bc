import { decodeUtf8 } from '../base/index.ts';
import type { Context } from './context.ts';
import { errFailed, strerror } from './errors.ts';
import { errnoOf, gunzip } from './files.ts';

/** Far more than the configuration of any kernel. */
const MAX_UNPACKED = 16 << 20;

/** The lines of the file that `--kconfig` names, plain or compressed with gzip; they win over the kernel's own. */
export function readKconfigFile({ io, options }: Context): string | undefined {
  const path = options.kconfig;
  if (path === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = io.readFile(path);
  } catch (error) {
    throw errFailed(`failed to open Kconfig '${path}': ${strerror(errnoOf(error))}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return decodeUtf8(bytes);
  try {
    return decodeUtf8(gunzip(bytes, MAX_UNPACKED));
  } catch {
    throw errFailed(`failed to open Kconfig '${path}': it is no sound gzip file`);
  }
}
