import { EbpftsError, InternalError } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import type { Machine } from '../machine/index.ts';
import type { AnyReport, Context, Handler } from './context.ts';
import { CliError, errNotSupported, errUsage, UsageError } from './errors.ts';
import { HELP, NOUNS, type Noun, type Verb } from './grammar.ts';
import { type Io, processIo } from './io.ts';
import { type GlobalOptions, parseCommandLine } from './options.ts';
import { BrokenPipe, OutputFailed, Printer } from './printer.ts';
import type { Access, Session } from './session.ts';
import { isPrefix, Words } from './words.ts';

/** Low byte of -1, which commands return that fail. */
const STATUS_FAILED = 255;
/** What the shell shows for a process that SIGPIPE ended. */
const STATUS_BROKEN_PIPE = 141;
/** `EX_SOFTWARE` of sysexits.h: a mistake of ours. */
const STATUS_INTERNAL = 70;

/** The noun that the first word means; without a word, help. Takes the word. */
function selectNoun(words: Words): Noun | undefined {
  const noun = NOUNS.find((row) => isPrefix(words.peek ?? 'help', row.name));
  if (noun && words.count > 0) words.take();
  return noun;
}

/** The verb that the next word means; without a word, the noun's first. Takes the word. */
function selectVerb(noun: Noun, words: Words): Verb {
  const first = words.peek;
  const verb = first === undefined ? noun.verbs[0] : noun.verbs.find((row) => isPrefix(first, row.name));
  if (verb === undefined) throw errUsage();
  if (first !== undefined) words.take();
  return verb;
}

async function usageOf(noun: Noun | undefined): Promise<string> {
  const { usageText } = await import('./usage.ts');
  return usageText(noun?.name);
}

/** What one run of the program shares among its commands. */
interface Run {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly printer: Printer;
  base: Btf | undefined;
  machine: Promise<Machine> | undefined;
}

function machineOfRun(run: Run): Promise<Machine> {
  run.machine ??= import('./session.ts').then(({ machineOf }) => machineOf(run.io, run.options));
  return run.machine;
}

/** Reads the BTF that `-B` names, whatever the command makes of it. @returns whether that went well */
async function readBase(run: Run): Promise<boolean> {
  if (run.options.baseBtf === undefined) return true;
  const { readBaseBtf } = await import('./btf-file.ts');
  try {
    run.base = readBaseBtf(run.io, run.options.baseBtf);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    run.printer.error(error.message);
    return false;
  }
}

/** Runs one command line's words and prints what comes of it. @returns its status, 0 or negative */
async function runWords(run: Run, list: readonly string[]): Promise<number> {
  const { printer } = run;
  const words = new Words(list);
  const noun = selectNoun(words);
  try {
    if (noun === undefined) throw errUsage();
    if (noun.load) return await runHandler(run, words, { handler: await noun.load(), access: 'read' });
    const verb = selectVerb(noun, words);
    if (verb === HELP) {
      printer.usage(await usageOf(noun));
      return 0;
    }
    if (verb.load === undefined) throw errNotSupported(`ebpfts ${noun.name} ${verb.name}`);
    return await runHandler(run, words, { handler: await verb.load(), access: verb.access });
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    if (error instanceof UsageError) {
      if (error.message !== '') printer.error(error.message);
      printer.usage(await usageOf(noun));
      return -1;
    }
    if (!(error instanceof CliError)) {
      printer.error(error.message);
      return -1;
    }
    printer.error(error.message, error.json);
    return error.status;
  }
}

/**
 * Runs a command. One that changes the machine reports when that is saved; one that reads it may read on while it
 * reports.
 */
async function runHandler(
  run: Run,
  words: Words,
  { handler, access }: { handler: Handler; access: Access },
): Promise<number> {
  let session: Promise<Session> | undefined;
  const context: Context = {
    io: run.io,
    options: run.options,
    printer: run.printer,
    base: run.base,
    machine: () => machineOfRun(run),
    session() {
      session ??= Promise.all([import('./session.ts'), machineOfRun(run)]).then(([{ openSession }, machine]) =>
        openSession(machine, access, run.options.capabilities),
      );
      return session;
    },
    run: (list) => runWords(run, list),
  };
  try {
    const report = await handler(context, words);
    if (access === 'write') await (await session)?.close();
    const status = await printReport(run.printer, report);
    if (access === 'read') await (await session)?.close();
    return status;
  } catch (error) {
    const open = await session?.catch(() => undefined);
    // What a failed command had done stays done, as it does in Linux; a mistake of ours must not be saved.
    if (error instanceof EbpftsError) await open?.close();
    else await open?.abort();
    throw error;
  }
}

async function printReport(printer: Printer, report: AnyReport): Promise<number> {
  if ('printed' in report) return report.status;
  if ('stream' in report) {
    await printer.stream(report);
    return 0;
  }
  await printer.report(report);
  return typeof report.status === 'function' ? report.status() : (report.status ?? 0);
}

/** Runs a command line. @param args without the program's name @returns the process's exit status */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  const { options, words, problem } = await parseCommandLine(args);
  const printer = new Printer(io, options);
  const run: Run = { io, options, printer, base: undefined, machine: undefined };
  try {
    let status: number;
    if (problem) {
      printer.error(problem.message);
      if (!options.json) printer.usage(await usageOf(undefined));
      status = -1;
    } else if (options.help) {
      printer.usage(await usageOf(undefined));
      status = 0;
    } else if (!(await readBase(run))) {
      status = -1;
    } else {
      status = await runWords(run, options.version ? ['version'] : words);
    }
    printer.finish();
    return status & 0xff;
  } catch (error) {
    if (error instanceof BrokenPipe) return STATUS_BROKEN_PIPE;
    if (error instanceof OutputFailed) {
      io.err(`Error: ${error.message}\n`);
      return STATUS_FAILED;
    }
    io.err(bugNotice(error, options.debug));
    return STATUS_INTERNAL;
  } finally {
    await (await run.machine?.catch(() => undefined))?.close();
  }
}

function bugNotice(error: unknown, debug: boolean): string {
  const text = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InternalError ? 'internal error' : 'unexpected error';
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return `Error: ${kind}: ${text}\nThis is a bug of ebpfts, not of its input.${debug ? '' : ' Run again with -d for details.'}${stack}\n`;
}
