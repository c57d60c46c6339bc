import { writeFileSync } from 'node:fs';
import { errFailed, strerror } from './errors.ts';
import type { Io } from './io.ts';

/** The errno of an error of node:fs, negative. */
export function errnoOf(error: unknown): number {
  return (error as { errno?: number }).errno ?? 0;
}

/** What happens where a file cannot be read or written. */
export interface FileProblem {
  /** What is said: `problem: reason`. */
  readonly problem: string;
  /** The command then returns the errno; else -1. */
  readonly statusIsErrno?: boolean;
}

function errFile(error: unknown, { problem, statusIsErrno }: FileProblem): Error {
  const code = errnoOf(error);
  return errFailed(`${problem}: ${strerror(code)}`, statusIsErrno ? code : -1);
}

/** A file's bytes; `-` is standard input. */
export function readInput(io: Io, path: string, options: FileProblem): Uint8Array {
  try {
    return path === '-' ? io.stdin() : io.readFile(path);
  } catch (error) {
    throw errFile(error, options);
  }
}

/** What gzip packed. Node's part for it takes milliseconds to load, and few files need it. @throws as node:zlib does */
export function gunzip(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength });
}

/** How a file is written. */
export interface OutputOptions extends FileProblem {
  readonly mode?: number;
}

/** Writes a file. */
export function writeOutput(path: string, bytes: Uint8Array, options: OutputOptions): void {
  try {
    writeFileSync(path, bytes, { mode: options.mode ?? 0o666 });
  } catch (error) {
    throw errFile(error, options);
  }
}
