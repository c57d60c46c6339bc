import type { Walk } from '../walk/walk.ts';

/** A loop (a strongly connected part of the program) is entered, gone around once more, or left. */
export function traceLoop({ log }: Walk, what: 'enter' | 'backedge' | 'exit', name: string): void {
  if (!log?.all) return;
  // A call by the program's first instruction ends the list of calls.
  const parts = name.split(',');
  const calls = parts.slice(0, -1);
  const end = calls.indexOf('0');
  log.line(`SCC ${what} (${[...calls.slice(0, end < 0 ? undefined : end), parts.at(-1)].join(',')})`);
}
