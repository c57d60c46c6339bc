import { indexNames, type NameTables } from './name-scan.ts';

/** What the arrays of the tables begin with, or how many elements of zero. */
export type NameContents = Pick<NameTables, 'kinds' | 'names' | 'strings'> & Record<'first' | 'next', number>;

/** The function bound to its tables. */
export interface NameEngine {
  readonly tables: NameTables;
  readonly indexNames: () => void;
}

/** Starts indexing names; compiled for the command line as the C printer is, where the types are many. */
export function startNames(contents: NameContents, host: Pick<NameTables, 'fail'>): NameEngine {
  const t: NameTables = {
    ...contents,
    first: new Int32Array(contents.first),
    next: new Int32Array(contents.next),
    firstId: 0,
    count: 0,
    stringsSize: 0,
    mask: 0,
    seed: 0,
    limit: 0,
    onlyFunctions: false,
    noFunctions: false,
    essential: false,
    fail: host.fail,
  };
  return { tables: t, indexNames: () => indexNames(t) };
}
