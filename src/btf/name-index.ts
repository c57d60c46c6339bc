import { encodeUtf8 } from '../base/index.ts';
import { errStringsOverlap } from './errors.ts';
import { hashBytes, stringEnd } from './hash.ts';
import type { BtfId } from './model.ts';
import { stringsLimit } from './string-set.ts';

/** The types whose names are indexed, flat as `Btf` holds them. */
export interface NamedTypes {
  readonly words: Uint32Array;
  readonly index: Uint32Array;
  readonly strings: Uint8Array;
  /** First id to index, up to the end. */
  readonly firstId: BtfId;
  /** Whether a type is indexed; default all. */
  readonly takes?: (id: BtfId) => boolean;
}

/** End of the part of a name that counts; the name is `bytes` from `start` to the NUL at `end`. */
export type NameEnd = (bytes: Uint8Array, start: number, end: number) => number;

/** The whole name counts. */
export const wholeName: NameEnd = (_bytes, _start, end) => end;

const UNDERSCORE = 0x5f;

/**
 * The essential name: what stands before the last `___` that has another character on each side. `task_struct___old` and
 * `task_struct` are flavours of one type.
 */
export const essentialEnd: NameEnd = (bytes, start, end) => {
  for (let at = end - 4; at > start; ) {
    // Another character is in none of the three places that end here.
    if (bytes[at] !== UNDERSCORE) at -= 3;
    else if (isFlavourMark(bytes, at)) return at;
    else at--;
  }
  return end;
};

/** Whether just three underscores stand from `at`, where one does. */
function isFlavourMark(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 1] === UNDERSCORE &&
    bytes[at + 2] === UNDERSCORE &&
    bytes[at - 1] !== UNDERSCORE &&
    bytes[at + 3] !== UNDERSCORE
  );
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
  readonly #nameEnd: NameEnd;
  /** First id of each bucket and next id in the same bucket (by id); 0 ends a chain. */
  readonly #first: Uint32Array;
  readonly #next: Uint32Array;
  readonly #mask: number;
  /** What was asked for before: a name may have very many types, and be asked for as often. */
  readonly #answers = new Map<string, readonly BtfId[]>();

  constructor(types: NamedTypes, nameEnd: NameEnd) {
    this.#types = types;
    this.#nameEnd = nameEnd;
    const { words, index, strings, firstId, takes = () => true } = types;
    const buckets = 1 << Math.max(4, 32 - Math.clz32(index.length - firstId));
    this.#mask = buckets - 1;
    this.#first = new Uint32Array(buckets);
    this.#next = new Uint32Array(index.length - firstId);
    const limit = stringsLimit(strings.length) + NAME_BYTES_PER_TYPE * index.length;
    let length = 0;
    for (let id = index.length - 1; id >= firstId; id--) {
      const start = words[index[id]];
      if (start === 0 || !takes(id)) continue;
      const whole = stringEnd(strings, start);
      length += whole - start;
      if (length > limit) throw errStringsOverlap({ size: strings.length, limit });
      const end = nameEnd(strings, start, whole);
      const bucket = hashBytes(strings, start, end) & this.#mask;
      this.#next[id - firstId] = this.#first[bucket];
      this.#first[bucket] = id;
    }
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
    const { words, index, strings, firstId } = this.#types;
    const wanted = encodeUtf8(name);
    const found: BtfId[] = [];
    if (wanted.length === 0) return found;
    let id = this.#first[hashBytes(wanted, 0, wanted.length) & this.#mask];
    for (; id !== 0; id = this.#next[id - firstId]) {
      const start = words[index[id]];
      const end = this.#nameEnd(strings, start, stringEnd(strings, start));
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
