import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, essentialName, sizeOf, skipModifiersAndTypedefs } from '../../btf/index.ts';
import type { Budget } from './budget.ts';
import { fieldsAreCompatible, typesAreCompatible } from './compat.ts';
import { type CoreFailure, failure, isFailure } from './failure.ts';
import { coreKind, coreSubject } from './kinds.ts';
import {
  arrayOf,
  bits,
  type CoreAccessor,
  type CoreSpec,
  emptySpec,
  enumeratorName,
  isCompositeKind,
  isEnumKind,
  isFlexibleArray,
  memberAt,
  SPEC_LENGTH_MAX,
} from './spec.ts';
import { typesMatch } from './types-match.ts';

/** A candidate as far as the local spec could be followed in it, and whether it could to the end. */
export interface MatchResult {
  readonly spec: CoreSpec;
  readonly matches: boolean;
}

/** Where following the local spec went wrong. */
export interface MatchFailure extends CoreFailure {
  /** As far as it could be followed; undefined where no step was taken. */
  readonly spec?: CoreSpec;
}

/** Follows the local spec in a candidate type of the target. */
export function matchSpec(
  local: CoreSpec,
  candidate: { btf: Btf; id: BtfId },
  budget: Budget,
): MatchResult | MatchFailure {
  const { btf, id } = candidate;
  const spec = emptySpec(btf, id, local.kind);
  const ended = (matches: boolean | CoreFailure) => (isFailure(matches) ? { ...matches, spec } : { spec, matches });
  switch (coreSubject(local.kind)) {
    case 'type': {
      const pair = { local: local.btf, localId: local.root, target: btf, targetId: id };
      return ended(
        coreKind(local.kind) === 'type_matches' ? typesMatch(pair, budget) : typesAreCompatible(pair, budget),
      );
    }
    case 'enumerator':
      return ended(matchEnumerator(local, spec));
    case 'field':
      return ended(matchField(local, spec, budget));
    default:
      return failure('EINVAL', `relocation kind ${local.kind} is not known`);
  }
}

function matchEnumerator(local: CoreSpec, spec: CoreSpec): boolean {
  const { btf } = spec;
  const id = skipModifiersAndTypedefs(btf, spec.root);
  if (!isEnumKind(btf.kindOf(id))) return false;
  const wanted = essentialName(local.accessors[0].name ?? '');
  for (let i = 0; i < btf.vlenOf(id); i++) {
    const name = enumeratorName(btf, id, i);
    if (essentialName(name) !== wanted) continue;
    spec.accessors.push({ type: id, index: i, name });
    spec.raw.push(i);
    return true;
  }
  return false;
}

function matchField(local: CoreSpec, spec: CoreSpec, budget: Budget): boolean | CoreFailure {
  const { btf } = spec;
  let id = spec.root;
  for (const [step, accessor] of local.accessors.entries()) {
    id = skipModifiersAndTypedefs(btf, id);
    if (accessor.name !== undefined) {
      const found = matchMember({ local, accessor, spec, budget }, id);
      if (typeof found !== 'number') return found;
      id = found;
      continue;
    }
    // The first index counts whole roots; every later one is of an array.
    if (step > 0) {
      if (btf.kindOf(id) !== BTF_KIND.ARRAY) return false;
      const array = arrayOf(btf, id);
      const flexible = isFlexibleArray(btf, spec.accessors.at(-1), array.count);
      if (!flexible && accessor.index >= array.count) return false;
      id = skipModifiersAndTypedefs(btf, array.element);
    }
    if (spec.raw.length === SPEC_LENGTH_MAX) return failure('E2BIG', `more than ${SPEC_LENGTH_MAX} steps`);
    const size = sizeOf(btf, id);
    spec.accessors.push({ type: id, index: accessor.index, name: undefined });
    spec.raw.push(accessor.index);
    if (size === undefined) return failure('EINVAL', `[${id}] has no size in the target`);
    spec.bitOffset = (spec.bitOffset + bits(accessor.index, size)) >>> 0;
  }
  return true;
}

interface MemberSearch {
  readonly local: CoreSpec;
  readonly accessor: CoreAccessor;
  readonly spec: CoreSpec;
  readonly budget: Budget;
}

/**
 * Looks for a member by name, through anonymous structs and unions too.
 * @returns its type; false where there is none, or one of another kind
 */
function matchMember(search: MemberSearch, composite: BtfId): BtfId | false | CoreFailure {
  const { local, accessor, spec, budget } = search;
  const { btf } = spec;
  const id = skipModifiersAndTypedefs(btf, composite);
  if (!isCompositeKind(btf.kindOf(id))) return false;
  for (let i = 0; i < btf.vlenOf(id); i++) {
    if (!budget.take()) return failure('E2BIG', 'type too complex to search');
    if (spec.raw.length === SPEC_LENGTH_MAX) return failure('E2BIG', `more than ${SPEC_LENGTH_MAX} steps`);
    const member = memberAt(btf, id, i);
    const before = spec.bitOffset;
    spec.bitOffset = (before + member.bitOffset) >>> 0;
    spec.raw.push(i);
    const name = btf.strings.at(member.name);
    if (name === '') {
      const found = matchMember(search, member.type);
      if (found !== false) return found;
    } else if (name === accessor.name) {
      const localId = memberAt(local.btf, accessor.type, accessor.index).type;
      const same = fieldsAreCompatible({ local: local.btf, localId, target: btf, targetId: member.type });
      if (same !== true) return same;
      spec.accessors.push({ type: id, index: i, name });
      return member.type;
    }
    spec.bitOffset = before;
    spec.raw.pop();
  }
  return false;
}
