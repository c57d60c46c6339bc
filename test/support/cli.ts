import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** What one call printed, and how it ended. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface CliOptions {
  readonly stdin?: string;
  /** Files by path, before those of the file system. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
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
    readFile: (path) => options.files?.[path] ?? readFileSync(path),
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

/** A call that goes on by itself, in a process of its own. */
export interface RunningCli {
  /** Waits until standard output matches, and does something now and then meanwhile. @throws after 30 s */
  until(pattern: RegExp, meanwhile: () => Promise<unknown>): Promise<void>;
  /** Interrupts it as the user does, and waits for its end. */
  interrupt(): Promise<CliResult>;
}

const RUN = "import { main } from './src/cli/main.ts'; process.exitCode = await main(process.argv.slice(1));";

/** Starts the command line in a process of its own. */
export function startCli(args: readonly string[]): RunningCli {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', RUN, '--', ...args]);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const ended = once(child, 'close');
  return {
    async until(pattern, meanwhile) {
      const found = async () => {
        if (!pattern.test(printed.stdout)) await meanwhile();
        return pattern.test(printed.stdout);
      };
      await vi.waitUntil(found, { timeout: 30_000, interval: 200 });
    },
    async interrupt() {
      child.kill('SIGINT');
      const [status] = await ended;
      return { ...printed, status };
    },
  };
}
