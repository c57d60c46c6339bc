import type { Endian, ErrorDetails } from '../base/index.ts';
import { EbpftsError } from '../base/index.ts';
import type { RefusalReport } from '../isa/index.ts';
import { type Errno, errnoName } from '../syscall/index.ts';
import { errnoText } from '../uapi/index.ts';
import { explainRefusal } from './explain.ts';

/** A system call that loading or attaching needs was refused. */
export class SyscallError extends EbpftsError {
  /** Negative, as the kernel gave it. */
  readonly errno: Errno;
  /** The call, as bpf(2) names it, e.g. `BPF_MAP_CREATE`. */
  readonly op: string;
  /** The object that it was for. */
  readonly objectName: string;

  constructor(at: { errno: Errno; op: string; name: string; message?: string; code?: string }) {
    const text = errnoText[-at.errno] ?? 'unknown error';
    super({
      code: at.code ?? 'LOADER_SYSCALL',
      message: at.message ?? `${at.op} of '${at.name}' failed: ${text} (${errnoName(at.errno)})`,
      details: { errno: at.errno, op: at.op, name: at.name },
    });
    this.errno = at.errno;
    this.op = at.op;
    this.objectName = at.name;
  }
}

interface ExplainedCauses {
  readonly causes: readonly string[];
  readonly hints: readonly string[];
}

/** The kernel refused a program. */
export class ProgramLoadError extends SyscallError {
  /** All of the verifier's log, with what is known of poisoned instructions put in. */
  readonly log: string;
  /** Where in the source the log ends, `file:line: text`; undefined where that is not known. */
  readonly source: string | undefined;
  /** Why, as a value; undefined where the kernel gives its log alone. */
  readonly report: RefusalReport | undefined;

  constructor(
    at: {
      errno: Errno;
      name: string;
      section: string;
      log: string;
      source?: string;
      report?: RefusalReport;
    } & ExplainedCauses,
  ) {
    const text = errnoText[-at.errno] ?? 'unknown error';
    const lines = [`program '${at.name}' (${at.section}) was refused: ${text} (${errnoName(at.errno)})`];
    lines.push(...(at.report ? explainRefusal(at.name, at.report) : withoutReport(at)));
    super({ errno: at.errno, op: 'BPF_PROG_LOAD', name: at.name, message: lines.join('\n'), code: 'LOADER_PROGRAM' });
    this.log = at.log;
    this.source = at.source;
    this.report = at.report;
  }
}

/** The object and what it is loaded with do not fit. */
export class LoaderError extends EbpftsError {}

const LOG_TAIL = 8;

/** What is known from the log alone. */
function* withoutReport(at: { log: string; source?: string } & ExplainedCauses): Generator<string> {
  if (at.source !== undefined) yield `  at ${at.source}`;
  for (const line of [...at.causes, ...at.hints]) yield `  ${line}`;
  const tail = logTail(at.log).filter((line) => !at.causes.includes(line));
  if (tail.length > 0) yield '  the last lines of the log:';
  for (const line of tail) yield `    ${line}`;
}

function logTail(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LOG_TAIL);
}

const loaderError = (code: string, message: string, details?: ErrorDetails) =>
  new LoaderError({ code, message, details });

export const errSyscall = (op: string, name: string, errno: Errno): SyscallError =>
  new SyscallError({ op, name, errno });

export const errEndian = (object: string, have: Endian, want: Endian) =>
  loaderError('LOADER_ENDIAN', `object '${object}' is ${have}-endian, this machine is ${want}-endian`, { have, want });

export const errNoProgType = (program: string, section: string) =>
  loaderError('LOADER_PROG_TYPE', `program '${program}': missing BPF prog type, check ELF section name '${section}'`, {
    program,
    section,
  });

export const errAttachTarget = (program: string, problem: string, nearest: readonly string[] = []) => {
  const hint = nearest.length > 0 ? ` (nearest there: ${nearest.join(', ')})` : '';
  return loaderError('LOADER_ATTACH_TARGET', `program '${program}': ${problem}${hint}`, { program });
};

export const errReuse = (at: { map: string; path: string; field: string; want: string; have: string }) =>
  loaderError(
    'LOADER_PINNED_MAP',
    `map '${at.map}': what is pinned at ${at.path} has ${at.field} ${at.have}, the object wants ${at.want}`,
    at,
  );

export const errCannotAttach = (program: string, why: string) =>
  loaderError('LOADER_NOT_SUPPORTED', `not supported yet: ${why} (program '${program}')`, { program });

export const errModule = (module: string) =>
  loaderError('LOADER_MODULE', `the kernel has no BTF of module '${module}'`, { module });

export const errNoElement = (what: string, name: string) =>
  loaderError('LOADER_NO_SUCH', `the object has no ${what} '${name}'`, { what, name });

export const errValue = (path: string, want: string, have: unknown) =>
  loaderError('LOADER_VALUE', `${path}: ${want} is wanted, not ${describe(have)}`, { path, want });

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export const errNotLoaded = (name: string) =>
  loaderError('LOADER_NOT_LOADED', `'${name}' is not loaded yet: call load() first`, { name });

export const errAlreadyLoaded = (name: string) => loaderError('LOADER_LOADED', `'${name}' is loaded already`, { name });

export const errReadOnly = (section: string, name: string) =>
  loaderError(
    'LOADER_READ_ONLY',
    `'${name}' in ${section} cannot be set any more: the section is read-only once loaded`,
    {
      section,
      name,
    },
  );
