import { generateMinCoreBtf } from '../../gen/index.ts';
import { markCoreRecords, UsedTypes } from '../../relo/index.ts';
import { readBtfFile, readObjectBtf } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { CliError, errFailed, strerror } from '../errors.ts';
import { writeOutput } from '../files.ts';

/**
 * `gen min_core_btf INPUT OUTPUT OBJECT...`: writes the part of a kernel's BTF that the objects' CO-RE records need.
 *
 * DEVIATION: bpftool 7.5 reads no object of the other byte order, and no split BTF as INPUT; with `-B` the output holds
 * what is needed of both.
 */
export const genMinCoreBtf: Handler = (context, words) => {
  words.needOrUsage(3);
  const input = words.take();
  const output = words.take();
  const target = afterwards(context, 'failed to allocate info structure', () => readTarget(context, input));
  const used = new UsedTypes(target);
  while (words.count > 0) {
    const path = words.take();
    afterwards(context, `error recording relocations for ${path}`, () => record(context, used, path));
  }
  writeOutput(output, generateMinCoreBtf(used), { problem: 'error saving btf file', statusIsErrno: true });
  return { printed: true, status: 0 };
};

/** As in bpftool, what failed is said first, and then what could not be done because of it. */
function afterwards<T>(context: Context, consequence: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    context.printer.error(error.message);
    throw errFailed(`${consequence}: ${strerror(error.status)}`, error.status);
  }
}

function readTarget({ io, options }: Context, path: string) {
  const base = options.baseBtf === undefined ? undefined : readBtfFile(io, options.baseBtf);
  return readBtfFile(io, path, { base, problem: `failed parsing '${path}' BTF file` });
}

function record(context: Context, used: UsedTypes, path: string): void {
  const [failure] = markCoreRecords(used, readObjectBtf(context.io, path, `failed to parse BPF object '${path}'`));
  if (failure === undefined) return;
  const { section, index, text } = failure;
  throw errFailed(`prog '${section}': relo #${index}: ${text}`, failure.errno);
}
