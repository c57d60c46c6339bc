import { BTF_KIND, infoVlen } from '../kinds.ts';
import { nameOf } from './names.ts';
import type { CTables } from './tables.ts';

/** Ranks of bpftool's sorted dump. */
const RANK_ANONYMOUS_ENUM = 0;
const RANK_ENUM = 1;
const RANK_NUMBER = 2;
const RANK_COMPOSITE = 3;
const RANK_PROTOTYPE = 4;
/** Everything without a name of its own, and forward declarations. */
const RANK_LAST = 10;

/** Longest chain of types that is followed. */
export const CHAIN_MAX = 256;

/** Whether a type ranks before those without a name of their own. */
export function isEarly(t: CTables, id: number): boolean {
  switch (t.kinds[id]) {
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
      if (nameOf(t, id) === 0) return false;
      setRank(t, id);
      return t.ranks[id] < RANK_LAST;
  }
}

/** Follows references to the type whose kind and name count, and keeps its rank and sort key. */
export function setRank(t: CTables, id: number): void {
  let at = id;
  let isNamed = false;
  let rank: number = RANK_LAST;
  for (let depth = 0; depth < CHAIN_MAX; depth++) {
    const kind = t.kinds[at];
    if (at !== 0 && nameOf(t, at) !== 0) isNamed = true;
    if (!isReference(kind)) {
      rank = rankOf(kind, isNamed);
      break;
    }
    at = t.words[t.index[at] + (kind === BTF_KIND.ARRAY ? 3 : 2)];
  }
  // A reference without a name of its own ranks last, whatever it leads to.
  const counts = at === id || (id !== 0 && nameOf(t, id) !== 0);
  t.ranks[id] = counts ? rank : RANK_LAST;
  t.sortNames[id] = at === 0 ? 0 : sortName(t, id, at);
  setKey(t, id);
}

/** An enum without a name goes by its first enumerator, unless a reference led to it. */
function sortName(t: CTables, id: number, at: number): number {
  const name = nameOf(t, at);
  const kind = t.kinds[at];
  const isEnum = kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
  const place = t.index[at];
  if (!isEnum || name !== 0 || at !== id || infoVlen(t.words[place + 1]) === 0) return name;
  return t.words[place + 3];
}

function setKey(t: CTables, id: number): void {
  const start = t.sortNames[id];
  const middle = nextBytes(t, start);
  t.highKeys[id] = (t.ranks[id] << 24) | bytesAt(t, start);
  t.lowKeys[id] = bytesAt(t, middle);
}

/** Three bytes of a string as a number that sorts as they do; 0 for those past its end. */
function bytesAt(t: CTables, at: number): number {
  const first = t.strings[at];
  const second = first === 0 ? 0 : t.strings[at + 1];
  const third = second === 0 ? 0 : t.strings[at + 2];
  return (first << 16) | (second << 8) | third;
}

/** Three bytes further on in a string, or its end. */
function nextBytes(t: CTables, start: number): number {
  let at = start;
  while (at < start + 3 && t.strings[at] !== 0) at++;
  return at;
}

/** Whether types of that kind are ranked by what they refer to. */
export function isReference(kind: number): boolean {
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
