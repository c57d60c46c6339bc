import { checkTypes, indexTypes, type ScanTables } from './scan.ts';

type Given =
  | 'words'
  | 'isKnown'
  | 'infoWords'
  | 'elementWords'
  | 'headTypes'
  | 'infoTypes'
  | 'namePlaces'
  | 'typePlaces';

/** What the arrays of the tables begin with, or how many elements of zero. */
export type ScanContents = Pick<ScanTables, Given> & Record<'index' | 'kinds' | 'names', number>;

/** The functions bound to their tables. */
export interface ScanEngine {
  readonly tables: ScanTables;
  indexTypes(): void;
  checkTypes(): void;
}

/** Starts reading; compiled for the command line as the C printer is, where the types are many. */
export function startScan(contents: ScanContents, host: Pick<ScanTables, 'fail'>): ScanEngine {
  const t: ScanTables = {
    ...contents,
    index: new Int32Array(contents.index),
    kinds: new Uint8Array(contents.kinds),
    names: new Int32Array(contents.names),
    start: 0,
    end: 0,
    firstId: 0,
    count: 0,
    stringsSize: 0,
    fail: host.fail,
  };
  return { tables: t, indexTypes: () => indexTypes(t), checkTypes: () => checkTypes(t) };
}
