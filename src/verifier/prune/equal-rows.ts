import {
  AUX,
  AUX2,
  AUX3,
  FRAME,
  ID,
  MASK,
  OFF,
  PRECISE,
  REF,
  S32_MAX,
  S32_MIN,
  SMAX,
  SMIN,
  TYPE,
  U32_MAX,
  U32_MIN,
  UMAX,
  UMIN,
  VALUE,
} from '../domain/row.ts';
import { ltS, ltU } from '../domain/words.ts';
import {
  baseType,
  NOT_INIT,
  PTR_TO_ARENA,
  PTR_TO_BUF,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { IdMap } from './ids.ts';

/**
 * How closely a state has to be like another: `covered` where all that may come after it was walked from the other,
 * `range` where numbers have to lie in each other's ranges although nobody asked for them yet, `exact`.
 */
export type Closeness = 'covered' | 'range' | 'exact';

/** See `walk/linked.ts`. */
const ADD_CONST = 0b11 << 30;

/** Rows of two arrays: those of a state walked before, and those of the state now. */
export class RowComparison {
  closeness: Closeness = 'covered';
  /** The words of the state walked before. */
  old: Int32Array;
  /** The words of the state now. */
  now: Int32Array;
  readonly ids: IdMap;

  constructor(ids: IdMap, old: Int32Array, now: Int32Array) {
    this.ids = ids;
    this.old = old;
    this.now = now;
  }

  /** Whether what was walked with the old row covers all that may come with the new one. */
  covers(o: number, n: number): boolean {
    const { old, now, closeness, ids } = this;
    if (closeness === 'exact') return isSame(old, o, now, n) && this.#matchIds(o, n);
    const type = old[o + TYPE];
    if (type === NOT_INIT) return true;
    if (type !== now[n + TYPE]) return false;
    switch (baseType(type)) {
      case SCALAR_VALUE:
        if (old[o + PRECISE] === 0 && closeness === 'covered') return true;
        return isNumberWithin(old, o, now, n) && (old[o + ID] === 0 || this.#isLinkedAlike(o, n));
      case PTR_TO_MAP_KEY:
      case PTR_TO_MAP_VALUE:
      case PTR_TO_MEM:
      case PTR_TO_BUF:
      case PTR_TO_TP_BUFFER:
        return samePlace(old, o, now, n) && isNumberWithin(old, o, now, n) && this.#matchIds(o, n);
      case PTR_TO_PACKET_META:
      case PTR_TO_PACKET:
        if (old[o + AUX] < 0 || now[n + AUX] < 0 ? old[o + AUX] !== now[n + AUX] : old[o + AUX] > now[n + AUX])
          return false;
        if (old[o + OFF] !== now[n + OFF] || !ids.match(old[o + ID], now[n + ID])) return false;
        return isNumberWithin(old, o, now, n);
      case PTR_TO_STACK:
        return isSame(old, o, now, n) && old[o + FRAME] === now[n + FRAME] && this.#matchIds(o, n);
      case PTR_TO_ARENA:
        return true;
      default:
        return isSame(old, o, now, n) && this.#matchIds(o, n);
    }
  }

  /** Numbers that were linked have to be linked; what was not may be. */
  #isLinkedAlike(o: number, n: number): boolean {
    const { old, now, ids } = this;
    if ((old[o + ID] & ADD_CONST) !== (now[n + ID] & ADD_CONST)) return false;
    if (old[o + ID] & ADD_CONST && old[o + OFF] !== now[n + OFF]) return false;
    return ids.matchScalars(old[o + ID] & ~ADD_CONST, now[n + ID] & ~ADD_CONST);
  }

  #matchIds(o: number, n: number): boolean {
    const { old, now, ids } = this;
    return ids.match(old[o + ID], now[n + ID]) && ids.match(old[o + REF], now[n + REF]);
  }
}

/** Type, constant offset and what the pointer leads to. */
function samePlace(a: Int32Array, i: number, b: Int32Array, k: number): boolean {
  return (
    a[i + TYPE] === b[k + TYPE] &&
    a[i + OFF] === b[k + OFF] &&
    a[i + AUX] === b[k + AUX] &&
    a[i + AUX2] === b[k + AUX2] &&
    a[i + AUX3] === b[k + AUX3]
  );
}

/** The same in all but ids. */
export function isSame(a: Int32Array, i: number, b: Int32Array, k: number): boolean {
  return samePlace(a, i, b, k) && sameNumber(a, i, b, k);
}

function sameNumber(a: Int32Array, i: number, b: Int32Array, k: number): boolean {
  for (let at = VALUE; at <= U32_MAX; at++) if (a[i + at] !== b[k + at]) return false;
  return true;
}

/** Whether each number that the new row may be is one that the old one may be. */
function isNumberWithin(old: Int32Array, o: number, now: Int32Array, n: number): boolean {
  return (
    !ltU(now[n + UMIN], now[n + UMIN + 1], old[o + UMIN], old[o + UMIN + 1]) &&
    !ltU(old[o + UMAX], old[o + UMAX + 1], now[n + UMAX], now[n + UMAX + 1]) &&
    !ltS(now[n + SMIN], now[n + SMIN + 1], old[o + SMIN], old[o + SMIN + 1]) &&
    !ltS(old[o + SMAX], old[o + SMAX + 1], now[n + SMAX], now[n + SMAX + 1]) &&
    now[n + U32_MIN] >>> 0 >= old[o + U32_MIN] >>> 0 &&
    now[n + U32_MAX] >>> 0 <= old[o + U32_MAX] >>> 0 &&
    now[n + S32_MIN] >= old[o + S32_MIN] &&
    now[n + S32_MAX] <= old[o + S32_MAX] &&
    bitsWithin(old, o, now, n) &&
    bitsWithin(old, o + 1, now, n + 1)
  );
}

/** One word of the bits: what the old row knows, the new one knows too. */
function bitsWithin(old: Int32Array, o: number, now: Int32Array, n: number): boolean {
  if (now[n + MASK] & ~old[o + MASK]) return false;
  return (now[n + VALUE] & ~old[o + MASK]) === old[o + VALUE];
}
