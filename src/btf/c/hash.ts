import { BTF_KIND, infoVlen } from '../kinds.ts';
import { nameOf } from './names.ts';
import { CHAIN_MAX, isReference } from './rank.ts';
import type { CTables } from './tables.ts';

// Types of one name are told apart by the names of their members, and of these members' types: a 64-bit hash in two
// halves, `hash * 31 + value` at each step. @see tools/bpf/bpftool/btf.c (v6.12): the value decides the order of the
// output.

/** Orders two types by their hashes, as numbers without a sign. */
export function compareHashes(t: CTables, a: number, b: number): number {
  keepHash(t, a);
  keepHash(t, b);
  const high = compareUnsigned(t.highHashes[a], t.highHashes[b]);
  return high !== 0 ? high : compareUnsigned(t.lowHashes[a], t.lowHashes[b]);
}

function compareUnsigned(a: number, b: number): number {
  if (a === b) return 0;
  return a >>> 0 < b >>> 0 ? -1 : 1;
}

function keepHash(t: CTables, id: number): void {
  if (t.hashed[id] !== 0) return;
  hashType(t, id, { withMembers: true, depth: 0 });
  t.highHashes[id] = t.highHash;
  t.lowHashes[id] = t.lowHash;
  t.hashed[id] = 1;
}

function add(t: CTables, high: number, low: number): void {
  const low16 = Math.imul(t.lowHash & 0xffff, 31) + (low & 0xffff);
  const high16 = Math.imul(t.lowHash >>> 16, 31) + (low >>> 16) + (low16 >>> 16);
  t.lowHash = (high16 << 16) | (low16 & 0xffff);
  t.highHash = (Math.imul(t.highHash, 31) + (high16 >>> 16) + high) | 0;
}

/** Adds the hash of a name, where there is one. */
function addName(t: CTables, name: number): void {
  if (name === 0) return;
  const outerHigh = t.highHash;
  const outerLow = t.lowHash;
  t.highHash = 0;
  t.lowHash = 0;
  for (let at = name; t.strings[at] !== 0; at++) {
    const char = (t.strings[at] << 24) >> 24;
    add(t, char >> 31, char);
  }
  addTo(t, outerHigh, outerLow);
}

/** Adds the hash being worked out to an outer one. */
function addTo(t: CTables, outerHigh: number, outerLow: number): void {
  const high = t.highHash;
  const low = t.lowHash;
  t.highHash = outerHigh;
  t.lowHash = outerLow;
  add(t, high, low);
}

function addType(t: CTables, id: number, { withMembers, depth }: { withMembers: boolean; depth: number }): void {
  const outerHigh = t.highHash;
  const outerLow = t.lowHash;
  hashType(t, id, { withMembers, depth });
  addTo(t, outerHigh, outerLow);
}

function hashType(t: CTables, id: number, { withMembers, depth }: { withMembers: boolean; depth: number }): void {
  t.highHash = 0;
  t.lowHash = 0;
  if (id === 0 || depth > CHAIN_MAX) return;
  const at = t.index[id];
  const count = infoVlen(t.words[at + 1]);
  const kind = t.kinds[id];
  addName(t, nameOf(t, id));
  switch (kind) {
    case BTF_KIND.ENUM:
      for (let m = at + 3; m < at + 3 + 2 * count; m += 2) addName(t, t.words[m]);
      break;
    case BTF_KIND.ENUM64:
      for (let m = at + 3; m < at + 3 + 3 * count; m += 3) addName(t, t.words[m]);
      break;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      for (let m = at + 3; withMembers && m < at + 3 + 3 * count; m += 3) {
        addName(t, t.words[m]);
        addType(t, t.words[m + 1], { withMembers: false, depth: depth + 1 });
      }
      break;
    case BTF_KIND.ARRAY:
      add(t, 0, t.words[at + 5]);
      addType(t, t.words[at + 3], { withMembers, depth: depth + 1 });
      break;
    default:
      if (isReference(kind)) addType(t, t.words[at + 2], { withMembers, depth: depth + 1 });
      break;
  }
}
