import type { Json } from './render/json.ts';
import type { Table } from './render/table.ts';

/** What a command has to say, as a value that can be printed in each form; only the form that is wanted is made. */
export interface Report {
  /** Text for people and pipes, in pieces; each line ends in a line feed. */
  readonly plain: () => string | Uint8Array | Iterable<string | Uint8Array>;
  /** The value for `-j` and `-p`; left out means `null`. */
  readonly json?: () => Json;
  /** A table for terminals, where that reads better than `plain`. */
  readonly table?: () => Table;
  /** What the command returns, 0 unless it failed after all; asked for when all is printed. */
  readonly status?: number | (() => number);
}

/** What a command says as it goes along, until it ends or is interrupted: an array in JSON. */
export interface StreamReport {
  readonly stream: AsyncIterable<{ readonly plain: string; readonly json: Json }>;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** A word to standard error when the user interrupts. */
  readonly farewell?: string;
}

/** A command that has printed by itself. */
export interface PrintedReport {
  readonly printed: true;
  readonly status: number;
}

/** A command that did what it was told and has nothing to say: nothing in plain text, `null` in JSON. */
export const DONE: Report = { plain: () => '' };
