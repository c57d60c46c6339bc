import { strerror } from './errors.ts';
import { errnoOf } from './files.ts';
import type { Io } from './io.ts';
import type { GlobalOptions } from './options.ts';
import { type Json, JsonWriter } from './render/json.ts';
import type { Report, StreamReport } from './report.ts';

/** Nobody reads our output any more. Caught at the top. */
export class BrokenPipe extends Error {}

/** What we print cannot be written: the disk is full, say. Caught at the top. */
export class OutputFailed extends Error {}

/** Prints what commands say, in the form that the options and the terminal ask for. */
export class Printer {
  readonly #io: Io;
  readonly #json: JsonWriter | undefined;

  constructor(io: Io, options: Pick<GlobalOptions, 'json' | 'pretty'>) {
    this.#io = io;
    this.#json = options.json ? new JsonWriter((text) => this.#out(text), options.pretty) : undefined;
  }

  /** The JSON document that everything goes into; undefined in plain output. */
  get json(): JsonWriter | undefined {
    return this.#json;
  }

  async report(report: Report): Promise<void> {
    if (this.#json) {
      this.#json.value(report.json?.() ?? null);
      return;
    }
    const terminal = this.#io.terminal;
    const table = terminal && report.table?.();
    if (terminal && table) {
      const { formatTable } = await import('./render/table.ts');
      const text = await formatTable(table, { columns: terminal.columns, env: this.#io.env });
      if (text !== undefined) {
        this.text(text);
        return;
      }
    }
    this.text(report.plain());
  }

  async stream({ stream, farewell, signal }: StreamReport): Promise<void> {
    this.#json?.begin('[');
    for await (const piece of stream) {
      if (this.#json) {
        this.#json.value(piece.json);
        this.#json.flush();
      } else {
        this.text(piece.plain);
      }
    }
    if (signal.aborted && farewell !== undefined) this.#io.err(`${farewell}\n`);
    this.#json?.end(']');
  }

  /** Plain text to standard output, in chunks. */
  text(text: string | Uint8Array | Iterable<string | Uint8Array>): void {
    if (text instanceof Uint8Array || typeof text === 'string') {
      if (text.length > 0) this.#out(text);
      return;
    }
    let chunk = '';
    for (const piece of text) {
      if (typeof piece !== 'string') {
        if (chunk !== '') this.#out(chunk);
        chunk = '';
        this.#out(piece);
        continue;
      }
      chunk += piece;
      if (chunk.length < 1 << 16) continue;
      this.#out(chunk);
      chunk = '';
    }
    if (chunk !== '') this.#out(chunk);
  }

  /** `Error: …` to standard error, or an object in the JSON document. */
  error(message: string, json: Json = { error: message }): void {
    if (this.#json) this.#json.value(json);
    else this.#io.err(`Error: ${message}\n`);
  }

  /** A remark to standard error; in JSON output there are none. */
  info(message: string): void {
    if (!this.#json) this.#io.err(`${message}\n`);
  }

  /** Usage to standard error; `null` in JSON. */
  usage(text: string): void {
    if (this.#json) this.#json.value(null);
    else this.#io.err(text);
  }

  /** Ends the JSON document. */
  finish(): void {
    this.#json?.finish();
  }

  #out(text: string | Uint8Array): void {
    if (!this.#write(text)) throw new BrokenPipe();
  }

  /** Writes a text. @returns false when nobody reads any more */
  #write(text: string | Uint8Array): boolean {
    try {
      return this.#io.out(text);
    } catch (cause) {
      const errno = errnoOf(cause);
      throw errno === 0 ? cause : new OutputFailed(`failed to write output: ${strerror(errno)}`, { cause });
    }
  }
}
