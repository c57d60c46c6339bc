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
  const limit = Math.max(1, Math.floor(wanted.length / 2));
  const scored: { name: string; distance: number }[] = [];
  for (const name of choices) {
    if (Math.abs(name.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, name, limit);
    if (distance <= limit) scored.push({ name, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return scored.slice(0, NAMES_MAX).map(({ name }) => name);
}

/** Levenshtein distance; gives up with a larger number once it is over `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min(replaced, previous[j] + 1, row[j - 1] + 1);
      row.push(distance);
      best = Math.min(best, distance);
    }
    if (best > limit) return best;
    previous = row;
  }
  return previous[b.length];
}
