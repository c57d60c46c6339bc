import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, essentialName, skipModifiersAndTypedefs } from '../../btf/index.ts';
import type { Budget } from './budget.ts';
import { paramType, type TypePair } from './compat.ts';
import { type CoreFailure, failure } from './failure.ts';
import { arrayOf, enumeratorName, isCompositeKind, isEnumKind, memberAt } from './spec.ts';

/** Longest chain of pointers and arrays, and deepest nesting of structs and prototypes. */
const DEPTH_MAX = 32;

/** Where a comparison stands. */
interface MatchState {
  readonly budget: Budget;
  /** Behind a pointer only names and kinds count. */
  readonly behindPointer: boolean;
  readonly level: number;
}

/**
 * Whether the target has what the object's type says (`BPF_CORE_TYPE_MATCHES`): names, sizes and signs of ints, array
 * lengths, and at least the members and enumerators that the object's type lists.
 */
export function typesMatch(pair: TypePair, budget: Budget): boolean | CoreFailure {
  return match(pair, { budget, behindPointer: false, level: DEPTH_MAX });
}

function match(pair: TypePair, state: MatchState): boolean | CoreFailure {
  if (state.level <= 0) return failure('EINVAL', `types nested deeper than ${DEPTH_MAX}`);
  const { local, target } = pair;
  let { localId, targetId } = pair;
  let { behindPointer } = state;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if (!state.budget.take()) return failure('E2BIG', 'types too complex to compare');
    localId = skipModifiersAndTypedefs(local, localId);
    targetId = skipModifiersAndTypedefs(target, targetId);
    if (!namesMatch(local.nameOf(localId), target.nameOf(targetId))) return false;
    const kind = local.kindOf(localId);
    const targetKind = target.kindOf(targetId);
    const here = { local, localId, target, targetId };
    switch (kind) {
      case BTF_KIND.VOID:
        return targetKind === BTF_KIND.VOID;
      case BTF_KIND.FWD:
        return forwardMatches(here, behindPointer);
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
        return isEnumKind(targetKind) && enumsMatch(here, state.budget);
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        if (behindPointer) return compositeNameMatches(here);
        return kind === targetKind && membersMatch(here, { ...state, behindPointer });
      case BTF_KIND.INT:
        return targetKind === kind && local.third(localId) === target.third(targetId) && signsMatch(here);
      case BTF_KIND.PTR:
        if (targetKind !== kind) return false;
        behindPointer = true;
        localId = local.third(localId);
        targetId = target.third(targetId);
        break;
      case BTF_KIND.ARRAY: {
        if (targetKind !== kind) return false;
        const array = arrayOf(local, localId);
        const targetArray = arrayOf(target, targetId);
        if (array.count !== targetArray.count) return false;
        localId = array.element;
        targetId = targetArray.element;
        break;
      }
      case BTF_KIND.FUNC_PROTO: {
        if (targetKind !== kind) return false;
        const params = paramsMatch(here, { ...state, behindPointer });
        if (params !== true) return params;
        localId = local.third(localId);
        targetId = target.third(targetId);
        break;
      }
      default:
        return false;
    }
  }
  return failure('EINVAL', `types nested deeper than ${DEPTH_MAX}`);
}

function namesMatch(local: string, target: string): boolean {
  return target === '' ? local === '' : essentialName(target) === essentialName(local);
}

/** A forward declaration's flag says union; behind a pointer the definition will do in its place. */
function forwardMatches({ local, localId, target, targetId }: TypePair, behindPointer: boolean): boolean {
  const isUnion = local.flagOf(localId);
  const targetKind = target.kindOf(targetId);
  if (targetKind === BTF_KIND.FWD) return isUnion === target.flagOf(targetId);
  return behindPointer && targetKind === (isUnion ? BTF_KIND.UNION : BTF_KIND.STRUCT);
}

function compositeNameMatches({ local, localId, target, targetId }: TypePair): boolean {
  const kind = local.kindOf(localId);
  const targetKind = target.kindOf(targetId);
  if (isCompositeKind(targetKind)) return kind === targetKind;
  return targetKind === BTF_KIND.FWD && (kind === BTF_KIND.UNION) === target.flagOf(targetId);
}

function signsMatch({ local, localId, target, targetId }: TypePair): boolean {
  return isSigned(local, localId) === isSigned(target, targetId);
}

function isSigned(btf: Btf, id: BtfId): boolean {
  return ((btf.words[btf.index[id] + 3] >>> 24) & 1) === 1;
}

function enumsMatch({ local, localId, target, targetId }: TypePair, budget: Budget): boolean | CoreFailure {
  if (local.third(localId) !== target.third(targetId)) return false;
  const count = local.vlenOf(localId);
  const targetCount = target.vlenOf(targetId);
  if (count > targetCount) return false;
  const names = new Set<string>();
  for (let i = 0; i < targetCount; i++) {
    if (!budget.take()) return failure('E2BIG', 'types too complex to compare');
    names.add(essentialName(enumeratorName(target, targetId, i)));
  }
  for (let i = 0; i < count; i++) {
    if (!names.has(essentialName(enumeratorName(local, localId, i)))) return false;
  }
  return true;
}

function membersMatch(pair: TypePair, state: MatchState): boolean | CoreFailure {
  const { local, localId, target, targetId } = pair;
  const count = local.vlenOf(localId);
  const targetCount = target.vlenOf(targetId);
  if (count > targetCount) return false;
  for (let i = 0; i < count; i++) {
    const member = memberAt(local, localId, i);
    const name = local.strings.at(member.name);
    let matched = false;
    for (let j = 0; j < targetCount && !matched; j++) {
      if (!state.budget.take()) return failure('E2BIG', 'types too complex to compare');
      const targetMember = memberAt(target, targetId, j);
      if (!namesMatch(name, target.strings.at(targetMember.name))) continue;
      const types = { local, localId: member.type, target, targetId: targetMember.type };
      const result = match(types, { ...state, level: state.level - 1 });
      if (typeof result !== 'boolean') return result;
      matched = result;
    }
    if (!matched) return false;
  }
  return true;
}

function paramsMatch(pair: TypePair, state: MatchState): boolean | CoreFailure {
  const { local, localId, target, targetId } = pair;
  const count = local.vlenOf(localId);
  if (count !== target.vlenOf(targetId)) return false;
  for (let i = 0; i < count; i++) {
    const types = {
      local,
      localId: paramType(local, localId, i),
      target,
      targetId: paramType(target, targetId, i),
    };
    const result = match(types, { ...state, level: state.level - 1 });
    if (result !== true) return result;
  }
  return true;
}
