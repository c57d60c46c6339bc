import { BTF_KIND } from '../kinds.ts';
import { compareHashes } from './hash.ts';
import { markLeading } from './lead.ts';
import { compareStrings, nameOf } from './names.ts';
import { define } from './print.ts';
import { isEarly, setRank } from './rank.ts';
import type { CTables } from './tables.ts';

// The order of `bpftool btf dump format c`: by rank, name of what is behind a type, own name, members, id.

/** Prints all types in the order of their ids. */
export function defineAll(t: CTables): void {
  for (let id = 1; id < t.typeCount; id++) define(t, id);
}

/**
 * Prints all types sorted. bpftool 7.5 sorts void with the types and then leaves out whatever comes first; void is last
 * among the nameless, so a type is lost. It is left out here too: the output is compared byte by byte.
 */
export function defineSorted(t: CTables): void {
  const early = takeEarly(t);
  defineIds(t, 1, early);
  const hasEarly = early > 0;
  if (hasEarly) markLeading(t);
  defineIds(t, hasEarly ? 0 : 1, takeRest(t, hasEarly));
}

/** Sorts the first `count` ids and prints those types from `first` on. */
function defineIds(t: CTables, first: number, count: number): void {
  for (let i = 0; i < count; i++) setRank(t, t.ids[i]);
  sortIds(t, count);
  for (let i = first; i < count; i++) define(t, t.ids[i]);
}

/** @returns how many ids there now are */
function takeEarly(t: CTables): number {
  let count = 0;
  for (let id = 0; id < t.typeCount; id++) {
    if (!isEarly(t, id)) continue;
    t.ids[count] = id;
    count++;
  }
  return count;
}

/** Takes those that are not early, or of these only those that lead to something. @returns how many ids there now are */
function takeRest(t: CTables, leadingOnly: boolean): number {
  let count = 0;
  for (let id = 0; id < t.typeCount; id++) {
    if (leadingOnly && t.leads[id] === 0) continue;
    if (!canDefine(t.kinds[id]) || isEarly(t, id)) continue;
    t.ids[count] = id;
    count++;
  }
  return count;
}

/** Kinds whose definition prints something, or leads to what does. */
function canDefine(kind: number): boolean {
  return kind !== BTF_KIND.FUNC && kind !== BTF_KIND.VAR && kind !== BTF_KIND.DATASEC && kind !== BTF_KIND.DECL_TAG;
}

/** Sorts the first `count` ids: sorted runs, at first of one id, are merged to runs of twice the length. */
function sortIds(t: CTables, count: number): void {
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start + width < count; start += 2 * width) {
      const end = Math.min(start + 2 * width, count);
      mergeRuns(t, start, { middle: start + width, end });
    }
  }
}

function mergeRuns(t: CTables, start: number, { middle, end }: { middle: number; end: number }): void {
  if (compare(t, t.ids[middle - 1], t.ids[middle]) <= 0) return;
  const length = middle - start;
  for (let i = 0; i < length; i++) t.spareIds[i] = t.ids[start + i];
  let at = start;
  let right = middle;
  for (let i = 0; i < length; ) {
    if (right < end && compare(t, t.ids[right], t.spareIds[i]) < 0) {
      t.ids[at] = t.ids[right];
      right++;
    } else {
      t.ids[at] = t.spareIds[i];
      i++;
    }
    at++;
  }
}

function compare(t: CTables, a: number, b: number): number {
  const high = t.highKeys[a] - t.highKeys[b];
  if (high !== 0) return high;
  const low = t.lowKeys[a] - t.lowKeys[b];
  return low !== 0 ? low : compareTies(t, a, b);
}

function compareTies(t: CTables, a: number, b: number): number {
  const bySortName = compareStrings(t.strings, t.sortNames[a], t.sortNames[b]);
  if (bySortName !== 0) return bySortName;
  const byOwnName = compareStrings(t.strings, a === 0 ? 0 : nameOf(t, a), b === 0 ? 0 : nameOf(t, b));
  if (byOwnName !== 0) return byOwnName;
  const byHash = compareHashes(t, a, b);
  return byHash !== 0 ? byHash : a - b;
}
