import type { Btf } from '../../btf/index.ts';
import { BTF_KIND, essentialName, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { Budget } from './budget.ts';
import type { Candidate } from './candidates.ts';
import { kindsAreCompatible } from './compat.ts';
import { type CoreSpec, enumeratorName, isCompositeKind, isEnumKind, memberAt } from './spec.ts';

const NAMES_MAX = 3;

/**
 * Names in the target that come nearest to what was not found, best first, at most three: members or enumerators of the
 * candidates, or types of the same kind where there is no candidate.
 */
export function nearestNames(local: CoreSpec, candidates: readonly Candidate[], target: Btf): string[] {
  if (candidates.length === 0) return nearest(essentialName(local.btf.nameOf(local.root)), typeNames(local, target));
  const missing = candidates.map((candidate) => missingName(local, candidate));
  const wanted = missing[0]?.name;
  if (wanted === undefined) return [];
  return nearest(wanted, new Set(missing.flatMap((step) => step?.choices ?? [])));
}

function typeNames(local: CoreSpec, target: Btf): Set<string> {
  const kind = local.btf.kindOf(local.root);
  const names = new Set<string>();
  for (let id = 1; id < target.typeCount; id++) {
    if (!kindsAreCompatible(target.kindOf(id), kind)) continue;
    const name = target.nameOf(id);
    if (name !== '') names.add(name);
  }
  return names;
}

/** The first name of the spec that a candidate lacks, and the names that it has there. */
function missingName(local: CoreSpec, { btf, id }: Candidate): { name: string; choices: string[] } | undefined {
  let at = skipModifiersAndTypedefs(btf, id);
  if (isEnumKind(btf.kindOf(at))) {
    const choices = Array.from({ length: btf.vlenOf(at) }, (_, i) => enumeratorName(btf, at, i));
    return { name: local.accessors[0]?.name ?? '', choices };
  }
  for (const { name } of local.accessors) {
    at = skipModifiersAndTypedefs(btf, at);
    if (btf.kindOf(at) === BTF_KIND.ARRAY) at = skipModifiersAndTypedefs(btf, btf.words[btf.index[at] + 3]);
    if (name === undefined) continue;
    const members = new Map<string, number>();
    collectMembers(btf, at, { members, budget: new Budget(MEMBERS_MAX), depth: 0 });
    const next = members.get(name);
    if (next === undefined) return { name, choices: [...members.keys()] };
    at = next;
  }
  return undefined;
}

/** Most members that are looked at, and deepest nesting of nameless ones. */
const MEMBERS_MAX = 20_000;
const NAMELESS_DEPTH_MAX = 64;

interface Collection {
  /** Type by name. */
  readonly members: Map<string, number>;
  readonly budget: Budget;
  readonly depth: number;
}

function collectMembers(btf: Btf, id: number, into: Collection): void {
  const composite = skipModifiersAndTypedefs(btf, id);
  if (!isCompositeKind(btf.kindOf(composite)) || into.depth > NAMELESS_DEPTH_MAX) return;
  for (let i = 0; i < btf.vlenOf(composite) && into.budget.take(); i++) {
    const { name, type } = memberAt(btf, composite, i);
    if (name === 0) collectMembers(btf, type, { ...into, depth: into.depth + 1 });
    else into.members.set(btf.strings.at(name), type);
  }
}

/** Those of `choices` within half of the length of `wanted` in edits, nearest first. */
export function nearest(wanted: string, choices: Iterable<string>): string[] {
  const found: { name: string; distance: number }[] = [];
  // Once there are enough names, only a nearer one is of interest: most of a kernel's names are given up at once.
  let limit = Math.max(1, Math.floor(wanted.length / 2));
  const distanceTo = createEditDistance(wanted);
  for (const name of choices) {
    if (Math.abs(name.length - wanted.length) > limit) continue;
    const distance = distanceTo(name, limit);
    if (distance > limit) continue;
    found.push({ name, distance });
    found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
    if (found.length > NAMES_MAX) found.pop();
    if (found.length === NAMES_MAX) limit = found[NAMES_MAX - 1].distance;
  }
  return found.map(({ name }) => name);
}

/**
 * Levenshtein distance from one name to others; gives up with a number over `limit` once it is over it. Only the
 * diagonals within `limit` are looked at.
 */
function createEditDistance(wanted: string): (name: string, limit: number) => number {
  const from = Array.from(wanted, (_, i) => wanted.charCodeAt(i));
  const rows = [new Uint16Array(256), new Uint16Array(256)];
  return (name, limit) => {
    if (name.length >= rows[0].length) return limit + 1;
    const over = limit + 1;
    let [previous, row] = rows;
    for (let j = 0; j <= name.length; j++) previous[j] = j;
    for (let i = 1; i <= from.length; i++) {
      const first = Math.max(1, i - limit);
      const last = Math.min(name.length, i + limit);
      row[first - 1] = first === 1 ? i : over;
      let best = row[first - 1];
      for (let j = first; j <= last; j++) {
        const replaced = previous[j - 1] + (from[i - 1] === name.charCodeAt(j - 1) ? 0 : 1);
        const removed = j === i + limit ? over : previous[j] + 1;
        row[j] = Math.min(replaced, removed, row[j - 1] + 1);
        if (row[j] < best) best = row[j];
      }
      if (best > limit) return over;
      [previous, row] = [row, previous];
    }
    return previous[name.length];
  };
}
