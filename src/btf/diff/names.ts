import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** What has a name of its own in C; each has its own space of names. */
export type NameSpace = 'struct' | 'union' | 'enum' | 'typedef' | 'function' | 'variable';

const SPACES: ReadonlyMap<number, NameSpace> = new Map([
  [BTF_KIND.STRUCT, 'struct'],
  [BTF_KIND.UNION, 'union'],
  [BTF_KIND.ENUM, 'enum'],
  [BTF_KIND.ENUM64, 'enum'],
  [BTF_KIND.TYPEDEF, 'typedef'],
  [BTF_KIND.FUNC, 'function'],
  [BTF_KIND.VAR, 'variable'],
]);

/** The types of a BTF, its base's left out, by space and name; types of one name in order of ids. */
export type TypesByName = Readonly<Record<NameSpace, ReadonlyMap<string, readonly BtfId[]>>>;

/** Types without a name are left out. */
export function typesByName(btf: Btf): TypesByName {
  const spaces: Record<NameSpace, Map<string, BtfId[]>> = {
    struct: new Map(),
    union: new Map(),
    enum: new Map(),
    typedef: new Map(),
    function: new Map(),
    variable: new Map(),
  };
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    const space = SPACES.get(btf.kindOf(id));
    if (space === undefined) continue;
    const name = btf.nameOf(id);
    if (name === '') continue;
    const known = spaces[space].get(name);
    if (known === undefined) spaces[space].set(name, [id]);
    else known.push(id);
  }
  return spaces;
}

/** A type of that name on either side; undefined where one side has none. */
export interface NamedPair {
  readonly name: string;
  readonly before: BtfId | undefined;
  readonly after: BtfId | undefined;
}

/** How the types of a name space stand on both sides. */
export interface BothSides {
  readonly before: ReadonlyMap<string, readonly BtfId[]>;
  readonly after: ReadonlyMap<string, readonly BtfId[]>;
  readonly same: (a: BtfId, b: BtfId) => boolean;
}

/**
 * Calls `visit` with each pair of types of one name. Where a name stands for several types, those that are the same go
 * together first, then the others in the order in which they come.
 */
export function forEachPair({ before, after, same }: BothSides, visit: (pair: NamedPair) => void): void {
  for (const [name, left] of before) {
    const right = after.get(name) ?? [];
    if (left.length === 1 && right.length <= 1) visit({ name, before: left[0], after: right[0] });
    else for (const pair of pairSeveral(name, { left, right, same })) visit(pair);
  }
  for (const [name, right] of after) {
    if (before.has(name)) continue;
    for (const id of right) visit({ name, before: undefined, after: id });
  }
}

/** Names that stand for more types than this are not matched each with each. */
const MATCHED_MAX = 64;

interface Several {
  readonly left: readonly BtfId[];
  readonly right: readonly BtfId[];
  readonly same: (a: BtfId, b: BtfId) => boolean;
}

function pairSeveral(name: string, { left, right, same }: Several): NamedPair[] {
  const pairs: NamedPair[] = [];
  const open = new Set(right);
  const rest: BtfId[] = [];
  for (const before of left) {
    const after =
      left.length > MATCHED_MAX ? undefined : [...open].slice(0, MATCHED_MAX).find((id) => same(before, id));
    if (after === undefined) {
      rest.push(before);
      continue;
    }
    open.delete(after);
    pairs.push({ name, before, after });
  }
  const others = [...open];
  for (let i = 0; i < Math.max(rest.length, others.length); i++) {
    pairs.push({ name, before: rest[i], after: others[i] });
  }
  return pairs;
}

/** The same order wherever it runs. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
