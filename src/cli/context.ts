import type { Btf } from '../btf/index.ts';
import type { Machine } from '../machine/index.ts';
import type { Io } from './io.ts';
import type { GlobalOptions } from './options.ts';
import type { Printer } from './printer.ts';
import type { PrintedReport, Report, StreamReport } from './report.ts';
import type { Session } from './session.ts';
import type { Words } from './words.ts';

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly printer: Printer;
  /** The BTF that `-B` names. */
  readonly base: Btf | undefined;
  /** The emulated machine in its file; nothing is opened before it is used. */
  machine(): Promise<Machine>;
  /** This command's work on the machine, begun when first asked for; ended by whoever runs the command. */
  session(): Promise<Session>;
  /** Runs another command line (of a batch). @returns its status */
  run(words: readonly string[]): Promise<number>;
}

export type AnyReport = Report | StreamReport | PrintedReport;

/** A command: words in, a report out. */
export type Handler = (context: Context, words: Words) => AnyReport | Promise<AnyReport>;
