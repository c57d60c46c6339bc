import { readFileSync } from 'node:fs';
import { main } from '../../src/cli/main.ts';

/** What one call printed, and how it ended. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface CliOptions {
  readonly stdin?: string;
  /** Columns of the terminal that output goes to; default a pipe. */
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Characters after which nobody reads standard output any more. */
  readonly readUntil?: number;
}

/** Runs the command line in this process. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const decoder = new TextDecoder();
  const printed = { stdout: '', stderr: '' };
  const status = await main(args, {
    out(text) {
      printed.stdout += typeof text === 'string' ? text : decoder.decode(text);
      return printed.stdout.length <= (options.readUntil ?? Number.POSITIVE_INFINITY);
    },
    err(text) {
      printed.stderr += text;
    },
    stdin: () => new TextEncoder().encode(options.stdin ?? ''),
    readFile: (path) => readFileSync(path),
    env: options.env ?? {},
    terminal: options.columns === undefined ? undefined : { columns: options.columns },
    progress: false,
    interrupted: () => AbortSignal.timeout(300),
  });
  return { ...printed, status };
}

/** The words of a line of shell: blanks part them, quotes hold them together. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare);
}
