import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { type CompositeChange, compositeChange } from './composites.ts';
import {
  type DeclarationChange,
  type FunctionChange,
  functionChange,
  taggedKfuncs,
  typedefChange,
  variableChange,
} from './declarations.ts';
import { type EnumChange, enumChange, namelessEnumChange } from './enums.ts';
import { forEachPair, type NamedPair, type NameSpace, typesByName } from './names.ts';
import { Sides } from './sides.ts';
import type { UsesOfBoth } from './uses.ts';

/** What two BTFs do not have in common; each list by name. */
export interface BtfDiff {
  /** Structs and unions, also those that only a typedef names. */
  readonly composites: readonly CompositeChange[];
  readonly enums: readonly EnumChange[];
  readonly typedefs: readonly DeclarationChange[];
  readonly functions: readonly FunctionChange[];
  readonly variables: readonly DeclarationChange[];
}

/** What to compare. */
export interface BtfDiffOptions {
  /** Only what these uses of either side cover; default everything. */
  readonly uses?: UsesOfBoth;
}

/**
 * What changed between two kernels, or two versions of any BTF, by name: a type that another one changed into is not
 * followed, it is listed itself. Of a split BTF only its own types are compared.
 *
 * @throws {BtfError} `BTF_TOO_DEEP` where types nest without end
 * @example
 * import { readFileSync } from 'node:fs';
 * import { diffBtf, parseBtf } from 'ebpfts/btf';
 *
 * const diff = diffBtf(parseBtf(readFileSync('6.1.btf')), parseBtf(readFileSync('6.12.btf')));
 * for (const { name, fields } of diff.composites) console.log(name, fields.length);
 */
export function diffBtf(before: Btf, after: Btf, { uses }: BtfDiffOptions = {}): BtfDiff {
  const sides = new Sides(before, after, uses);
  const old = typesByName(before);
  const now = typesByName(after);
  const { types } = sides;
  const contents = (a: BtfId, b: BtfId) => types.sameContents(a, b);
  const targets = (a: BtfId, b: BtfId) => types.same(before.third(a), after.third(b));
  const changes = <T extends { readonly name: string }>(
    space: NameSpace,
    same: (a: BtfId, b: BtfId) => boolean,
    change: (pair: NamedPair) => T | undefined,
  ): T[] => {
    const found: T[] = [];
    forEachPair({ before: old[space], after: now[space], same }, (pair) => {
      const one = sides.counts(pair) ? change(pair) : undefined;
      if (one !== undefined) found.push(one);
    });
    return sortByName(found);
  };
  const composites = [
    ...changes('struct', contents, (pair) => compositeChange(sides, pair, 'struct')),
    ...changes('union', contents, (pair) => compositeChange(sides, pair, 'union')),
  ];
  const enums = changes('enum', contents, (pair) => enumChange(sides, pair));
  const nameless = namelessEnumChange(sides);
  if (nameless !== undefined) enums.unshift(nameless);
  const typedefs: DeclarationChange[] = [];
  for (const change of changes('typedef', targets, (pair) => namedByTypedef(sides, pair))) {
    if ('fields' in change) composites.push(change);
    else typedefs.push(change);
  }
  const kfuncs = { before: taggedKfuncs(before), after: taggedKfuncs(after) };
  return {
    composites: sortByName(composites),
    enums,
    typedefs,
    functions: changes('function', targets, (pair) => functionChange(sides, pair, kfuncs)),
    variables: changes('variable', targets, (pair) => variableChange(sides, pair)),
  };
}

/** By code unit; what has one name stays in its order. Names are sorted alone, without a callback: there are very many. */
function sortByName<T extends { readonly name: string }>(list: readonly T[]): T[] {
  const byName = new Map<string, T[]>();
  for (const change of list) {
    const known = byName.get(change.name);
    if (known === undefined) byName.set(change.name, [change]);
    else known.push(change);
  }
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}

/** A struct that has no name but that of a typedef is told field by field. */
function namedByTypedef(sides: Sides, pair: NamedPair): DeclarationChange | CompositeChange | undefined {
  const change = typedefChange(sides, pair);
  const { name, before, after } = pair;
  if (change === undefined || before === undefined || after === undefined) return change;
  const [a, b] = [sides.before.third(before), sides.after.third(after)];
  const kind = namelessKind(sides.before, a);
  if (kind === undefined || kind !== namelessKind(sides.after, b)) return change;
  // Its constants are told with those of all enums without a name.
  if (kind === 'enum') return undefined;
  const composite = compositeChange(sides, { name, before: a, after: b }, kind);
  return composite && { ...composite, isTypedef: true };
}

function namelessKind(btf: Btf, id: BtfId): 'struct' | 'union' | 'enum' | undefined {
  if (btf.nameOf(id) !== '') return undefined;
  switch (btf.kindOf(id)) {
    case BTF_KIND.STRUCT:
      return 'struct';
    case BTF_KIND.UNION:
      return 'union';
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      return 'enum';
    default:
      return undefined;
  }
}
