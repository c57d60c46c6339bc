import { encodeUtf8 } from '../base/index.ts';
import { errStringsOverlap } from './errors.ts';
import { hashBytes, startHash, stringEnd } from './hash.ts';
import type { BtfId } from './model.ts';
import { startNames } from './name-engine.ts';
import { essentialEnd, LIMIT_UNIT } from './name-scan.ts';
import { stringsLimit } from './string-set.ts';

/** The types whose names are indexed, flat as `Btf` holds them. */
export interface NamedTypes {
  readonly kinds: Uint8Array;
  /** String offset of each type's name, by id. */
  readonly names: Uint32Array;
  readonly strings: Uint8Array;
  /** First id to index, up to the end. */
  readonly firstId: BtfId;
}

/** What of the types is indexed. */
export interface NameSelection {
  /** Of functions alone, or of all other types alone; default both. */
  readonly functions?: boolean;
  /** Only what stands before a flavour (`___x`) counts; default false. */
  readonly essential?: boolean;
}

/** The essential name of a type, enumerator or function as text. */
export function essentialName(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name;
}

/** How long the names of types may be on average before a BTF counts as made to be slow. */
const NAME_BYTES_PER_TYPE = 1024;

/** Ids by name: a hash table in typed arrays over the strings' bytes, so that building it makes no strings. */
export class NameIndex {
  readonly #types: NamedTypes;
  readonly #essential: boolean;
  /** First id of each bucket and next id in the same bucket (by id); 0 ends a chain. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;
  /** What was asked for before: a name may have very many types, and be asked for as often. */
  readonly #answers = new Map<string, readonly BtfId[]>();

  constructor(types: NamedTypes, { functions, essential = false }: NameSelection = {}) {
    this.#types = types;
    this.#essential = essential;
    const { kinds, names, strings, firstId } = types;
    const buckets = 1 << Math.max(4, 32 - Math.clz32(kinds.length - firstId));
    this.#mask = buckets - 1;
    const { tables, indexNames } = startNames(
      {
        kinds,
        names: new Int32Array(names.buffer, names.byteOffset, names.length),
        strings,
        first: buckets,
        next: kinds.length - firstId,
      },
      {
        fail: (limit) => {
          throw errStringsOverlap({ size: strings.length, limit: limit * LIMIT_UNIT });
        },
      },
    );
    tables.firstId = firstId;
    tables.count = kinds.length;
    tables.stringsSize = strings.length;
    tables.mask = this.#mask;
    tables.seed = startHash() | 0;
    tables.limit = Math.ceil((stringsLimit(strings.length) + NAME_BYTES_PER_TYPE * kinds.length) / LIMIT_UNIT);
    tables.onlyFunctions = functions === true;
    tables.noFunctions = functions === false;
    tables.essential = essential;
    indexNames();
    this.#first = tables.first;
    this.#next = tables.next;
  }

  /** Ids whose name (the part that counts) equals `name`, ascending; the same list at every call. */
  ids(name: string): readonly BtfId[] {
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const found = this.#find(name);
    if (found.length > 0) this.#answers.set(name, found);
    return found;
  }

  #find(name: string): BtfId[] {
    const { names, strings, firstId } = this.#types;
    const wanted = encodeUtf8(name);
    const found: BtfId[] = [];
    if (wanted.length === 0) return found;
    let id = this.#first[hashBytes(wanted, 0, wanted.length) & this.#mask];
    for (; id !== 0; id = this.#next[id - firstId]) {
      const start = names[id];
      const whole = stringEnd(strings, start);
      const end = this.#essential ? essentialEnd(strings, start, whole) : whole;
      if (end - start === wanted.length && equalAt(strings, start, wanted)) found.push(id);
    }
    return found;
  }
}

function equalAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (bytes[start + i] !== wanted[i]) return false;
  }
  return true;
}
