import { writeFileSync } from 'node:fs';
import { errFailed, strerror } from './errors.ts';
import type { Io } from './io.ts';

/** The errno of an error of node:fs, negative. */
export function errnoOf(error: unknown): number {
  return (error as { errno?: number }).errno ?? 0;
}

/** A file's bytes; `-` is standard input. @param problem what is said where it cannot be read: `problem: reason` */
export function readInput(io: Io, path: string, problem: string): Uint8Array {
  try {
    return path === '-' ? io.stdin() : io.readFile(path);
  } catch (error) {
    throw errFailed(`${problem}: ${strerror(errnoOf(error))}`);
  }
}

/** What gzip packed. Node's part for it takes milliseconds to load, and few files need it. @throws as node:zlib does */
export function gunzip(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength });
}

/** How a file is written. */
export interface OutputOptions {
  /** What is said where it cannot be written: `problem: reason`. */
  readonly problem: string;
  readonly mode?: number;
  /** The command then returns the errno; else -1. */
  readonly statusIsErrno?: boolean;
}

/** Writes a file. */
export function writeOutput(path: string, bytes: Uint8Array, options: OutputOptions): void {
  const { problem, mode = 0o666, statusIsErrno } = options;
  try {
    writeFileSync(path, bytes, { mode });
  } catch (error) {
    const code = errnoOf(error);
    throw errFailed(`${problem}: ${strerror(code)}`, statusIsErrno ? code : -1);
  }
}
