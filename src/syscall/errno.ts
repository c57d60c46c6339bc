import { errno } from '../uapi/index.ts';

/** A failed kernel call: a negative errno, e.g. `-errno.ENOENT`. */
export type Errno = number;

/** A file descriptor of the calling process: 0 or more. */
export type Fd = number;

/** Whether a call's result is a failure. Results that are numbers are 0 or more where the call went well. */
export function isErrno(result: unknown): result is Errno {
  return typeof result === 'number' && result < 0;
}

const names = new Map<number, string>(Object.entries(errno).map(([name, number]) => [number, name]));

/** `ENOENT` for -2 (or 2); the number itself where Linux has no name for it. */
export function errnoName(code: Errno): string {
  const positive = Math.abs(code);
  return names.get(positive) ?? String(positive);
}
