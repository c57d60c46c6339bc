import type { Btf } from '../btf.ts';
import { BTF_KIND, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** Ranks of bpftool's sorted dump. */
const RANK_ANONYMOUS_ENUM = 0;
const RANK_ENUM = 1;
const RANK_NUMBER = 2;
const RANK_COMPOSITE = 3;
const RANK_PROTOTYPE = 4;
/** Everything without a name of its own, and forward declarations. */
export const RANK_LAST = 10;

const CHAIN_MAX = 256;
const DIGIT_BITS = 16;
const DIGIT_MASK = 0xffff;

/** How `bpftool btf dump format c` sorts types: by rank, name of what is behind them, own name, members, id. */
export class CSort {
  readonly #btf: Btf;
  readonly #ranks: Uint8Array;
  /** String offset of the name that sorts. */
  readonly #names: Uint32Array;
  /** Rank and first two bytes of that name, and its next four: what a sort by digits sees. */
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** Worked out only for types of one name. */
  readonly #hashes = new Map<BtfId, Rolling>();

  constructor(btf: Btf) {
    this.#btf = btf;
    const count = btf.typeCount;
    this.#ranks = new Uint8Array(count);
    this.#names = new Uint32Array(count);
    this.#high = new Uint32Array(count);
    this.#low = new Uint32Array(count);
  }

  /** Whether a type ranks before those without a name of their own. */
  isEarly(id: BtfId): boolean {
    const { kinds, words, index } = this.#btf;
    switch (kinds[id]) {
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
        return true;
      case BTF_KIND.VOID:
      case BTF_KIND.FUNC:
      case BTF_KIND.FWD:
      case BTF_KIND.VAR:
      case BTF_KIND.DATASEC:
        return false;
      default:
        if (words[index[id]] === 0) return false;
        this.#place(id);
        return this.#ranks[id] < RANK_LAST;
    }
  }

  /** The ids in order. */
  sort(ids: readonly BtfId[]): Uint32Array {
    let sorted = Uint32Array.from(ids);
    for (const id of sorted) this.#place(id);
    for (const keys of [this.#low, this.#high]) {
      for (let shift = 0; shift < 32; shift += DIGIT_BITS) sorted = sortByDigit(sorted, keys, shift);
    }
    this.#sortTies(sorted);
    return sorted;
  }

  /** Sorts each run of ids with one key by all that counts. */
  #sortTies(ids: Uint32Array): void {
    const high = this.#high;
    const low = this.#low;
    const compare = (a: BtfId, b: BtfId) => this.#compareTies(a, b);
    for (let start = 0, end = 0; start < ids.length; start = end) {
      end = start + 1;
      while (end < ids.length && low[ids[end]] === low[ids[start]] && high[ids[end]] === high[ids[start]]) end++;
      if (end > start + 1) ids.subarray(start, end).sort(compare);
    }
  }

  /** Follows references to the type whose kind and name count. */
  #place(id: BtfId): void {
    const { words, index } = this.#btf;
    let at = id;
    let isNamed = false;
    let rank = RANK_LAST;
    for (let depth = 0; depth < CHAIN_MAX; depth++) {
      const kind = this.#btf.kinds[at];
      if (at !== 0 && words[index[at]] !== 0) isNamed = true;
      if (isReference(kind)) {
        at = kind === BTF_KIND.ARRAY ? words[index[at] + 3] : words[index[at] + 2];
        continue;
      }
      rank = rankOf(kind, isNamed);
      break;
    }
    // A reference without a name of its own ranks last, whatever it leads to.
    const counts = at === id || (id !== 0 && words[index[id]] !== 0);
    this.#ranks[id] = counts ? rank : RANK_LAST;
    this.#names[id] = at === 0 ? 0 : this.#sortName(id, at);
    this.#setKey(id);
  }

  /** An enum without a name goes by its first enumerator, unless a reference led to it. */
  #sortName(id: BtfId, at: BtfId): number {
    const { words, index } = this.#btf;
    const name = words[index[at]];
    const kind = this.#btf.kinds[at];
    const isEnum = kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
    if (!isEnum || name !== 0 || at !== id || infoVlen(words[index[at] + 1]) === 0) return name;
    return words[index[at] + 3];
  }

  #setKey(id: BtfId): void {
    const strings = this.#btf.strings.bytes;
    let high = this.#ranks[id];
    let low = 0;
    let at = this.#names[id];
    for (let i = 0; i < 2; i++) high = (high << 8) | (strings[at] === 0 ? 0 : strings[at++]);
    for (let i = 0; i < 4; i++) low = (low << 8) | (strings[at] === 0 ? 0 : strings[at++]);
    this.#high[id] = high;
    this.#low[id] = low;
  }

  #compareTies(a: BtfId, b: BtfId): number {
    const { words, index, strings } = this.#btf;
    const bySortName = compareStrings(strings.bytes, this.#names[a], this.#names[b]);
    if (bySortName !== 0) return bySortName;
    const byOwnName = compareStrings(strings.bytes, a === 0 ? 0 : words[index[a]], b === 0 ? 0 : words[index[b]]);
    if (byOwnName !== 0) return byOwnName;
    return this.#hash(a).compare(this.#hash(b)) || a - b;
  }

  #hash(id: BtfId): Rolling {
    let hash = this.#hashes.get(id);
    if (hash === undefined) {
      hash = memberHash(this.#btf, id, true);
      this.#hashes.set(id, hash);
    }
    return hash;
  }
}

/** A stable sort by one digit of the ids' keys. */
function sortByDigit(ids: Uint32Array, keys: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(DIGIT_MASK + 2);
  for (let i = 0; i < ids.length; i++) places[((keys[ids[i]] >>> shift) & DIGIT_MASK) + 1]++;
  for (let digit = 1; digit < places.length; digit++) places[digit] += places[digit - 1];
  const sorted = new Uint32Array(ids.length);
  for (let i = 0; i < ids.length; i++) sorted[places[(keys[ids[i]] >>> shift) & DIGIT_MASK]++] = ids[i];
  return sorted;
}

function isReference(kind: number): boolean {
  switch (kind) {
    case BTF_KIND.ARRAY:
    case BTF_KIND.TYPE_TAG:
    case BTF_KIND.CONST:
    case BTF_KIND.PTR:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPEDEF:
    case BTF_KIND.DECL_TAG:
      return true;
    default:
      return false;
  }
}

function rankOf(kind: number, isNamed: boolean): number {
  switch (kind) {
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      return isNamed ? RANK_ENUM : RANK_ANONYMOUS_ENUM;
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
      return RANK_NUMBER;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      return isNamed ? RANK_COMPOSITE : RANK_LAST;
    case BTF_KIND.FUNC_PROTO:
      return isNamed ? RANK_PROTOTYPE : RANK_LAST;
    default:
      return RANK_LAST;
  }
}

/** As strcmp(3) of the strings at two offsets. */
export function compareStrings(strings: Uint8Array, a: number, b: number): number {
  if (a === b) return 0;
  for (let i = 0; ; i++) {
    const byte = strings[a + i];
    if (byte !== strings[b + i]) return byte - strings[b + i];
    if (byte === 0) return 0;
  }
}

/** A 64-bit hash in two halves: `hash * 31 + value` at each step, modulo 2^64. */
class Rolling {
  high = 0;
  low = 0;

  /** @param value below 2^32, or a small negative number */
  add(value: number, high = 0): void {
    const low = this.low * 31 + value;
    const carry = Math.floor(low / 2 ** 32);
    this.low = low >>> 0;
    this.high = (this.high * 31 + carry + high) >>> 0;
  }

  /** Adds the hash of the string at an offset; 0 is no string. */
  addName(strings: Uint8Array, name: number): void {
    if (name === 0) return;
    const hash = new Rolling();
    for (let at = name; strings[at] !== 0; at++) hash.add((strings[at] << 24) >> 24);
    this.add(hash.low, hash.high);
  }

  compare(other: Rolling): number {
    return this.high - other.high || this.low - other.low;
  }
}

/**
 * Tells types of one name apart by the names of their members, and of these members' types.
 * @see tools/bpf/bpftool/btf.c (v6.12): the value decides the order of the output
 */
function memberHash(btf: Btf, id: BtfId, withMembers: boolean, depth = 0): Rolling {
  const hash = new Rolling();
  if (id === 0 || depth > CHAIN_MAX) return hash;
  const { words, index } = btf;
  const strings = btf.strings.bytes;
  const at = index[id];
  const end = (step: number) => at + 3 + step * infoVlen(words[at + 1]);
  const addType = (type: BtfId, members: boolean) => {
    const { low, high } = memberHash(btf, type, members, depth + 1);
    hash.add(low, high);
  };
  const kind = btf.kinds[id];
  hash.addName(strings, words[at]);
  switch (kind) {
    case BTF_KIND.ENUM:
      for (let m = at + 3; m < end(2); m += 2) hash.addName(strings, words[m]);
      break;
    case BTF_KIND.ENUM64:
      for (let m = at + 3; m < end(3); m += 3) hash.addName(strings, words[m]);
      break;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      for (let m = at + 3; withMembers && m < end(3); m += 3) {
        hash.addName(strings, words[m]);
        addType(words[m + 1], false);
      }
      break;
    case BTF_KIND.ARRAY:
      hash.add(words[at + 5]);
      addType(words[at + 3], withMembers);
      break;
    default:
      if (isReference(kind)) addType(words[at + 2], withMembers);
      break;
  }
  return hash;
}
