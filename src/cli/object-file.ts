import { EbpftsError } from '../base/index.ts';
import { type BpfObject, openObject } from '../object/index.ts';
import type { Context } from './context.ts';
import { errFailed, strerror } from './errors.ts';
import { errnoOf } from './files.ts';

/** Opens a BPF object file; what is out of date in it is remarked on. @throws {CliError} */
export function openObjectFile(context: Context, path: string): BpfObject {
  const object = open(context, path);
  for (const warning of object.warnings) context.printer.info(`Warning: ${warning}`);
  return object;
}

function open(context: Context, path: string): BpfObject {
  let bytes: Uint8Array;
  try {
    bytes = context.io.readFile(path);
  } catch (error) {
    throw errFailed(`failed to open object file ${path}: ${strerror(errnoOf(error))}`);
  }
  try {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return openObject(bytes, { name, relaxedMaps: context.options.mapcompat });
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    throw errFailed(`failed to open object file ${path}: ${error.message}`);
  }
}
