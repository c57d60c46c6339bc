import { decodeUtf8 } from '../../base/index.ts';
import type { KernelProfile } from '../../catalog/index.ts';
import { createNodeHost } from '../../host/index.ts';
import { newProfile } from '../../machine/index.ts';
import { compareWithBaseline, type Growth, parseBaseline, verifyObject } from '../../veristat/index.ts';
import { readRawBtf } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed, errNotSupported, strerror } from '../errors.ts';
import { errnoOf } from '../files.ts';
import { readKconfigFile } from '../kconfig-file.ts';
import { openObjectFile } from '../object-file.ts';
import { sarif } from '../render/sarif.ts';
import { type FileVerdict, verdictsCsv, verdictsJson, verdictsPlain } from '../render/verdicts.ts';
import type { Report } from '../report.ts';

const FORMATS = ['table', 'csv', 'json', 'sarif'];
/** The version whose rules the verifier has. */
const RULES = '6.18';
const LOG_DEFAULT = 1;
const LOG_ALL = 7;
const REFUSED = 1;
const UNKNOWN = 2;

/** `verify FILE...`: the verdict on each program of each object, alone; loads nothing into the machine. */
export const verify: Handler = (context, words): Report => {
  if (words.count === 0) throw errFailed("'verify' needs at least 1 object");
  const { options } = context;
  const format = formatOf(context);
  const limit = limitOf(options.maxInsns);
  const files = words.rest();
  const profile = profileOf(context);
  const verdicts = [...verdictsOf(context, files, profile)];
  const growth = options.baseline === undefined ? [] : grown(context, options.baseline, verdicts);
  const large = verdicts.filter(({ verdict }) => verdict.counters.insns > limit);
  for (const text of complaints(growth, large, limit)) context.printer.info(text);
  const status = statusOf(verdicts, growth.length + large.length > 0);
  switch (format) {
    case 'csv':
      return { plain: () => verdictsCsv(verdicts), status };
    case 'sarif':
      return { plain: () => `${sarif(verdicts)}\n`, status };
    default:
      return {
        plain: () =>
          format === 'json' ? `${JSON.stringify(verdictsJson(verdicts, profile), null, 2)}\n` : verdictsPlain(verdicts),
        json: () => verdictsJson(verdicts, profile),
        status,
      };
  }
};

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

/** The kernel that is asked: of the options, else the one that a new machine would have. */
function profileOf({ io, options, printer }: Context): KernelProfile {
  const { kernel, arch, btf: path } = options;
  if (kernel !== undefined && !isRules(kernel)) {
    throw errNotSupported(`verification for Linux ${kernel}: only the rules of ${RULES} are known`);
  }
  const btf = path === undefined ? undefined : { path, bytes: readRawBtf(io, path) };
  const profile = newProfile(createNodeHost(), { version: kernel, arch, btf });
  if (!isRules(profile.version)) {
    printer.info(`Warning: verified by the rules of Linux ${RULES}, against the types of Linux ${profile.version}`);
  }
  return profile;
}

const isRules = (version: string) => version === RULES || version.startsWith(`${RULES}.`);

function* verdictsOf(context: Context, files: readonly string[], profile: KernelProfile): Generator<FileVerdict> {
  const kconfig = readKconfigFile(context);
  const logLevel = context.options.debug ? LOG_ALL : LOG_DEFAULT;
  for (const [i, path] of files.entries()) {
    const object = openObjectFile(context, path);
    let done = 0;
    for (const verdict of verifyObject(object, { profile, kconfig, logLevel, now: () => performance.now() })) {
      progress(context, `${path}: ${++done}/${object.programs.length} programs, file ${i + 1}/${files.length}`);
      yield { file: path.slice(path.lastIndexOf('/') + 1), path, verdict };
    }
  }
  progress(context, '');
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

function statusOf(verdicts: readonly FileVerdict[], failed: boolean): number {
  if (failed || verdicts.some(({ verdict }) => verdict.verdict === 'refused')) return REFUSED;
  return verdicts.some(({ verdict }) => verdict.verdict === 'unknown') ? UNKNOWN : 0;
}
