import { hashFrom } from './hash.ts';
import { BTF_KIND } from './kinds.ts';
import type { Wide } from './layout.ts';

/** What the names of a BTF's types are indexed with: a flat record, which the build of the command line compiles. */
export interface NameTables {
  readonly kinds: Uint8Array;
  /** String offset of each type's name, by id. */
  readonly names: Int32Array;
  readonly strings: Uint8Array;
  /** First id of each bucket; 0 is none. */
  readonly first: Int32Array;
  /** Next id in the same bucket, by id from `firstId` on; 0 ends the chain. */
  readonly next: Int32Array;
  firstId: number;
  /** Ids there are. */
  count: number;
  stringsSize: number;
  /** One less than the number of buckets. */
  mask: number;
  /** What hashes start with. */
  seed: number;
  /** Bytes of names, in units of `LIMIT_UNIT`, after which a BTF counts as made to be slow. */
  limit: number;
  onlyFunctions: boolean;
  noFunctions: boolean;
  /** Only what stands before a flavour counts. */
  essential: boolean;
  /** Ends in the error of too long names. */
  fail(limit: number): never;
}

export const LIMIT_UNIT = 1024;

const UNDERSCORE = 0x5f;

/** Puts each type with a name into the bucket of its hash, so that each chain is ascending. */
export function indexNames(t: NameTables): void {
  const limit: Wide = t.limit * LIMIT_UNIT;
  let length: Wide = 0;
  for (let id = t.count - 1; id >= t.firstId; id--) {
    const start = t.names[id];
    if (start === 0 || !takes(t, t.kinds[id])) continue;
    const whole = endOf(t, start);
    length += whole - start;
    if (length > limit) t.fail(t.limit);
    const end = t.essential ? essentialEnd(t.strings, start, whole) : whole;
    const bucket = hashFrom(t.strings, start, { end, seed: t.seed }) & t.mask;
    t.next[id - t.firstId] = t.first[bucket];
    t.first[bucket] = id;
  }
}

function takes(t: NameTables, kind: number): boolean {
  return kind === BTF_KIND.FUNC ? !t.noFunctions : !t.onlyFunctions;
}

function endOf(t: NameTables, start: number): number {
  let end = start;
  while (end < t.stringsSize && t.strings[end] !== 0) end++;
  return end;
}

/**
 * The end of a name's essential part: what stands before the last `___` that has another character on each side.
 * `task_struct___old` and `task_struct` are flavours of one type.
 */
export function essentialEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 4; at > start; ) {
    // Another character is in none of the three places that end here.
    if (bytes[at] !== UNDERSCORE) at -= 3;
    else if (isFlavourMark(bytes, at)) return at;
    else at--;
  }
  return end;
}

/** Whether just three underscores stand from `at`, where one does. */
function isFlavourMark(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 1] === UNDERSCORE &&
    bytes[at + 2] === UNDERSCORE &&
    bytes[at - 1] !== UNDERSCORE &&
    bytes[at + 3] !== UNDERSCORE
  );
}
