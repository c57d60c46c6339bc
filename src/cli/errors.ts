import { EbpftsError } from '../base/index.ts';
import { errnoText } from '../uapi/index.ts';
import type { Json } from './render/json.ts';

/**
 * A command that cannot do what it was asked: `Error: message` in plain output, `{"error": message}` in JSON.
 * `status` is what the command returns as bpftool's do: -1 or a negative errno; the process exits with its low 8 bits.
 */
export class CliError extends EbpftsError {
  readonly status: number;
  /** What JSON output says instead of the message alone. */
  readonly json: Json | undefined;

  constructor(options: { code: string; message: string; status: number; json?: Json; cause?: unknown }) {
    super(options);
    this.status = options.status;
    this.json = options.json;
  }
}

/** Words that make no sense where they stand: the usage of the object in question is printed. */
export class UsageError extends EbpftsError {}

/** A command failed; `message` as bpftool words it. */
export function errFailed(message: string, status = -1): CliError {
  return new CliError({ code: 'CLI_FAILED', message, status });
}

/** A system call failed. @param errno negative @param status what the command returns, where it is not the errno */
export function errSystem(message: string, errno: number, status = errno): CliError {
  return new CliError({ code: 'CLI_SYSTEM', message: `${message}: ${strerror(errno)}`, status });
}

/** Part of the grammar, but not there yet. */
export function errNotSupported(what: string): CliError {
  return new CliError({ code: 'CLI_NOT_SUPPORTED', message: `not supported yet: ${what}`, status: -1 });
}

/** Too few words, or words that stand at no command: the usage is shown, the command fails. @param message said first */
export function errUsage(message = ''): UsageError {
  return new UsageError({ code: 'CLI_USAGE', message });
}

/** strerror(3) of a negative or positive errno. */
export function strerror(errno: number): string {
  const code = Math.abs(errno);
  return errnoText[code] ?? `Unknown error ${code}`;
}
