import { EbpftsError, InternalError } from '../base/index.ts';
import type { Context, Handler } from './context.ts';
import { CliError, errNotSupported, errUsage, UsageError } from './errors.ts';
import { HELP, NOUNS, type Noun } from './grammar.ts';
import { type Io, processIo } from './io.ts';
import { type CommandLine, parseCommandLine } from './options.ts';
import { BrokenPipe, Printer } from './printer.ts';
import type { Session } from './session.ts';
import { isPrefix, Words } from './words.ts';

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

/** The handler that the next word means; without a word, the noun's first. Takes the word. */
async function selectHandler(noun: Noun, words: Words): Promise<Handler | 'help'> {
  if (noun.load) return noun.load();
  const first = words.peek;
  const verb = first === undefined ? noun.verbs[0] : noun.verbs.find((row) => isPrefix(first, row.name));
  if (verb === HELP || (noun.verbs[0] === HELP && noun.verbs.length === 1)) return 'help';
  if (verb === undefined) throw errUsage();
  if (first !== undefined) words.take();
  if (verb.load === undefined) throw errNotSupported(`ebpfts ${noun.name} ${verb.name}`);
  return verb.load();
}

async function usageOf(noun: Noun | undefined): Promise<string> {
  const { usageText } = await import('./usage.ts');
  return usageText(noun?.name);
}

/** Runs one command line's words and prints what comes of it. @returns its status, 0 or negative */
async function runWords(context: Context, list: readonly string[]): Promise<number> {
  const { printer } = context;
  const words = new Words(list);
  const noun = selectNoun(words);
  try {
    if (noun === undefined) throw errUsage();
    const handler = await selectHandler(noun, words);
    if (handler === 'help') {
      printer.usage(await usageOf(noun));
      return 0;
    }
    const report = await handler(context, words);
    if ('printed' in report) return report.status;
    if ('stream' in report) {
      await printer.stream(report);
      return 0;
    }
    await printer.report(report);
    return report.status ?? 0;
  } catch (error) {
    if (error instanceof UsageError) {
      printer.usage(await usageOf(noun));
      return -1;
    }
    if (error instanceof CliError) {
      printer.error(error.message);
      return error.status;
    }
    if (error instanceof EbpftsError) {
      printer.error(error.message);
      return -1;
    }
    throw error;
  }
}

function createContext(io: Io, line: CommandLine): Context {
  const printer = new Printer(io, line.options);
  let session: Promise<Session> | undefined;
  const context: Context & { close(): Promise<void> } = {
    io,
    options: line.options,
    printer,
    session() {
      session ??= import('./session.ts').then(({ openSession }) => openSession(context));
      return session;
    },
    run: (words) => runWords(context, words),
    async close() {
      if (session) await (await session).close();
    },
  };
  return context;
}

/** Runs a command line. @param args without the program's name @returns the process's exit status */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  const line = await parseCommandLine(args);
  const context = createContext(io, line) as ReturnType<typeof createContext> & { close(): Promise<void> };
  const { printer } = context;
  try {
    let status: number;
    if (line.problem) {
      printer.error(line.problem.message);
      if (!line.options.json) printer.usage(await usageOf(undefined));
      status = -1;
    } else if (line.options.help) {
      printer.usage(await usageOf(undefined));
      status = 0;
    } else {
      status = await runWords(context, line.options.version ? ['version'] : line.words);
    }
    await context.close();
    printer.finish();
    return status & 0xff;
  } catch (error) {
    if (error instanceof BrokenPipe) return STATUS_BROKEN_PIPE;
    io.err(bugNotice(error, line.options.debug));
    return STATUS_INTERNAL;
  }
}

function bugNotice(error: unknown, debug: boolean): string {
  const text = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InternalError ? 'internal error' : 'unexpected error';
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return `Error: ${kind}: ${text}\nThis is a bug of ebpfts, not of its input.${debug ? '' : ' Run again with -d for details.'}${stack}\n`;
}
