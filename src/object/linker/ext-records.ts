import type { BtfExtRecords } from '../../btf/index.ts';

/** The lists of `.BTF.ext`. */
export const EXT_LISTS = ['funcInfo', 'lineInfo', 'coreRelos'] as const;
export type ExtList = (typeof EXT_LISTS)[number];

/** Names of the lists in messages. */
export const EXT_LIST_NAMES: Readonly<Record<ExtList, string>> = {
  funcInfo: 'func_info',
  lineInfo: 'line_info',
  coreRelos: 'core_relo_info',
};

/** Records of one list. */
interface Records {
  readonly recordSize: number;
  count: number;
  readonly words: Uint32Array[];
}

/** The records of `.BTF.ext` that belong to one section of the linked file. */
export class ExtRecords {
  readonly #lists = new Map<ExtList, Records>();

  /** Appends records. @returns the size that records have there, which must be theirs */
  append(list: ExtList, { recordSize, count, words }: Omit<BtfExtRecords, 'sectionName'>): number {
    const known = this.#lists.get(list) ?? { recordSize, count: 0, words: [] };
    this.#lists.set(list, known);
    known.count += count;
    known.words.push(words);
    return known.recordSize;
  }

  /** All records of a list; undefined where there are none. */
  all(list: ExtList): Omit<BtfExtRecords, 'sectionName'> | undefined {
    const records = this.#lists.get(list);
    if (records === undefined) return undefined;
    const words = new Uint32Array(records.words.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of records.words) {
      words.set(part, at);
      at += part.length;
    }
    return { recordSize: records.recordSize, count: records.count, words };
  }
}
