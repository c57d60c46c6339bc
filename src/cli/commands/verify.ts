import { decodeUtf8, EbpftsError } from '../../base/index.ts';
import type { KernelProfile } from '../../catalog/index.ts';
import type { BpfObject } from '../../object/index.ts';
import {
  compareWithBaseline,
  type Growth,
  type ProgramVerdict,
  parseBaseline,
  verifyObject,
} from '../../veristat/index.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed, strerror } from '../errors.ts';
import { errnoOf } from '../files.ts';
import { readKconfigFile } from '../kconfig-file.ts';
import { kernelsOf, noBtfFor } from '../kernel-list.ts';
import { openObjectFile } from '../object-file.ts';
import { sarif } from '../render/sarif.ts';
import { type FileVerdict, verdictsCsv, verdictsJson, verdictsPlain } from '../render/verdicts.ts';
import {
  type KernelVerdicts,
  kernelVerdictsCsv,
  kernelVerdictsJson,
  kernelVerdictsPlain,
} from '../render/verdicts-by-kernel.ts';
import type { Report } from '../report.ts';

const FORMATS = ['table', 'csv', 'json', 'sarif'];
/** Statistics alone: reasons come as values. */
const LOG_DEFAULT = 4;
const LOG_ALL = 7;
const REFUSED = 1;
const UNKNOWN = 2;

/** `verify FILE...`: the verdict on each program of each object, alone; loads nothing into the machine. */
export const verify: Handler = (context, words): Report => {
  if (words.count === 0) throw errFailed("'verify' needs at least 1 object");
  const { options } = context;
  const format = formatOf(context);
  const limit = limitOf(options.maxInsns);
  const files: Files = { paths: words.rest(), broken: new Set() };
  const kernels = kernelsOf(context).map((profile) => ({
    profile,
    verdicts: [...verdictsOf(context, files, profile)],
  }));
  const [{ profile, verdicts: first }] = kernels;
  const verdicts = kernels.flatMap(({ verdicts }) => verdicts);
  if (kernels.length > 1 && options.baseline !== undefined) throw errFailed('--baseline is of one kernel');
  const growth = options.baseline === undefined ? [] : grown(context, options.baseline, verdicts);
  const large = verdicts.filter(({ verdict }) => verdict.counters.insns > limit);
  for (const text of complaints(growth, large, limit)) context.printer.info(text);
  const failed = growth.length + large.length > 0;
  const status = statusOf(verdicts, { failed, unopened: files.broken.size > 0 });
  if (kernels.length > 1 && format !== 'sarif') return { ...severalKernels(kernels, format), status };
  switch (format) {
    case 'csv':
      return { plain: () => verdictsCsv(first), status };
    case 'sarif':
      return { plain: () => `${sarif(kernels)}\n`, status };
    default:
      return {
        plain: () =>
          format === 'json' ? `${JSON.stringify(verdictsJson(first, profile), null, 2)}\n` : verdictsPlain(first),
        json: () => verdictsJson(first, profile),
        status,
      };
  }
};

function severalKernels(kernels: readonly KernelVerdicts[], format: string): Report {
  const json = () => kernelVerdictsJson(kernels);
  switch (format) {
    case 'csv':
      return { plain: () => kernelVerdictsCsv(kernels) };
    case 'json':
      return { plain: () => `${JSON.stringify(json(), null, 2)}\n`, json };
    default:
      return { plain: () => kernelVerdictsPlain(kernels), json };
  }
}

function formatOf({ options }: Context): string {
  const format = options.output ?? 'table';
  if (FORMATS.includes(format)) return format;
  throw errFailed(`unknown format '${format}', possible values: ${FORMATS.join(', ')}`);
}

function limitOf(word: string | undefined): number {
  if (word === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(word)) return Number(word);
  throw errFailed(`can't parse ${word} as a number of instructions`);
}

/** Files to look at, and those of them that turned out to be no objects. */
interface Files {
  readonly paths: readonly string[];
  readonly broken: Set<string>;
}

/** Opens a file. @returns undefined where it is no object, and there are others to go on with: it is named once */
function openOne(context: Context, path: string, { paths, broken }: Files): BpfObject | undefined {
  if (broken.has(path)) return undefined;
  try {
    return openObjectFile(context, path);
  } catch (error) {
    if (!(error instanceof EbpftsError) || paths.length === 1) throw error;
    context.printer.info(`Error: ${error.message}`);
    broken.add(path);
    return undefined;
  }
}

function* verdictsOf(context: Context, files: Files, profile: KernelProfile): Generator<FileVerdict> {
  const kconfig = readKconfigFile(context);
  const { debug, capabilities } = context.options;
  const logLevel = debug ? LOG_ALL : LOG_DEFAULT;
  const { paths } = files;
  for (const [i, path] of paths.entries()) {
    const object = openOne(context, path, files);
    if (!object) continue;
    let done = 0;
    for (const verdict of verifyObject(object, {
      profile,
      kconfig,
      logLevel,
      capabilities,
      now: () => performance.now(),
    })) {
      progress(context, `${path}: ${++done}/${object.programs.length} programs, file ${i + 1}/${paths.length}`);
      if (debug && verdict.log !== '') context.printer.info(`${path} ${verdict.program}:\n${verdict.log.trimEnd()}`);
      yield { file: path.slice(path.lastIndexOf('/') + 1), path, verdict: withoutBtf(verdict, profile) };
    }
  }
  progress(context, '');
}

/** What could not be told for want of the kernel's BTF says what would help. */
function withoutBtf(verdict: ProgramVerdict, profile: KernelProfile): ProgramVerdict {
  if (verdict.verdict !== 'unknown' || profile.btf()) return verdict;
  return { ...verdict, message: `${noBtfFor(profile.version)}: ${verdict.message}` };
}

/** A line on the terminal that is written over. */
function progress({ io }: Context, text: string): void {
  if (io.progress) io.err(`\r\x1b[K${text}`);
}

function grown({ io }: Context, path: string, verdicts: readonly FileVerdict[]): Growth[] {
  let text: string;
  try {
    text = decodeUtf8(io.readFile(path));
  } catch (error) {
    throw errFailed(`failed to read ${path}: ${strerror(errnoOf(error))}`);
  }
  return compareWithBaseline(parseBaseline(text), verdicts);
}

function* complaints(growth: readonly Growth[], large: readonly FileVerdict[], limit: number): Generator<string> {
  for (const { file, program, before, after, refused } of growth) {
    yield refused
      ? `${file} ${program}: not accepted any more`
      : `${file} ${program}: ${after} instructions, ${before} in the baseline`;
  }
  for (const { file, verdict } of large) {
    yield `${file} ${verdict.program}: ${verdict.counters.insns} instructions, the limit is ${limit}`;
  }
}

interface Shortcomings {
  /** Something grew, or is too large. */
  readonly failed: boolean;
  readonly unopened: boolean;
}

function statusOf(verdicts: readonly FileVerdict[], { failed, unopened }: Shortcomings): number {
  if (failed || verdicts.some(({ verdict }) => verdict.verdict === 'refused')) return REFUSED;
  return unopened || verdicts.some(({ verdict }) => verdict.verdict === 'unknown') ? UNKNOWN : 0;
}
