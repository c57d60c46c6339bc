import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, essentialName, skipModifiersAndTypedefs } from '../../btf/index.ts';
import type { Budget } from './budget.ts';
import { type CoreFailure, failure } from './failure.ts';
import { arrayOf, isCompositeKind, isEnumKind } from './spec.ts';

/** Longest chain of pointers and arrays that a comparison follows, and deepest nesting of prototypes. */
const DEPTH_MAX = 32;

/** A type of the object and one of the target, to be compared. */
export interface TypePair {
  readonly local: Btf;
  readonly localId: BtfId;
  readonly target: Btf;
  readonly targetId: BtfId;
}

/** Kinds that can stand for each other: the same, or ENUM and ENUM64. */
export function kindsAreCompatible(a: number, b: number): boolean {
  return a === b || (isEnumKind(a) && isEnumKind(b));
}

/** An INT that is a whole number of bytes; the others are bitfields of a form that compilers gave up. */
function isWholeInt(btf: Btf, id: BtfId): boolean {
  return ((btf.words[btf.index[id] + 3] >>> 16) & 0xff) === 0;
}

/**
 * Whether a member of the target can be read as the object's: structs and unions mix, pointers are alike whatever they
 * point to, ints whatever their size; enums and forward declarations have the same essential name or none.
 */
export function fieldsAreCompatible(pair: TypePair): boolean | CoreFailure {
  const { local, target } = pair;
  let { localId, targetId } = pair;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    localId = skipModifiersAndTypedefs(local, localId);
    targetId = skipModifiersAndTypedefs(target, targetId);
    const kind = local.kindOf(localId);
    const targetKind = target.kindOf(targetId);
    if (isCompositeKind(kind) && isCompositeKind(targetKind)) return true;
    if (!kindsAreCompatible(kind, targetKind)) return false;
    switch (kind) {
      case BTF_KIND.PTR:
      case BTF_KIND.FLOAT:
        return true;
      case BTF_KIND.FWD:
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64: {
        const localName = essentialName(local.nameOf(localId));
        const targetName = essentialName(target.nameOf(targetId));
        return localName === '' || targetName === '' || localName === targetName;
      }
      case BTF_KIND.INT:
        return isWholeInt(local, localId) && isWholeInt(target, targetId);
      case BTF_KIND.ARRAY:
        localId = arrayOf(local, localId).element;
        targetId = arrayOf(target, targetId).element;
        break;
      default:
        return false;
    }
  }
  return failure('EINVAL', `arrays nested deeper than ${DEPTH_MAX}`);
}

/**
 * Whether two types are the same in kind all the way through pointers, arrays and prototypes (names of what they lead to
 * do not count).
 */
export function typesAreCompatible(pair: TypePair, budget: Budget, level = DEPTH_MAX): boolean | CoreFailure {
  const { local, target } = pair;
  let { localId, targetId } = pair;
  if (!kindsAreCompatible(local.kindOf(localId), target.kindOf(targetId))) return false;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if (!budget.take()) return failure('E2BIG', 'types too complex to compare');
    localId = skipModifiersAndTypedefs(local, localId);
    targetId = skipModifiersAndTypedefs(target, targetId);
    const kind = local.kindOf(localId);
    if (!kindsAreCompatible(kind, target.kindOf(targetId))) return false;
    switch (kind) {
      case BTF_KIND.VOID:
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
      case BTF_KIND.FWD:
        return true;
      case BTF_KIND.INT:
        return isWholeInt(local, localId) && isWholeInt(target, targetId);
      case BTF_KIND.PTR:
        localId = local.third(localId);
        targetId = target.third(targetId);
        break;
      case BTF_KIND.ARRAY:
        localId = arrayOf(local, localId).element;
        targetId = arrayOf(target, targetId).element;
        break;
      case BTF_KIND.FUNC_PROTO: {
        const params = paramsAreCompatible({ local, localId, target, targetId }, budget, level);
        if (params !== true) return params;
        localId = skipModifiersAndTypedefs(local, local.third(localId));
        targetId = skipModifiersAndTypedefs(target, target.third(targetId));
        break;
      }
      default:
        return false;
    }
  }
  return failure('EINVAL', `types nested deeper than ${DEPTH_MAX}`);
}

function paramsAreCompatible(protos: TypePair, budget: Budget, level: number): boolean | CoreFailure {
  const { local, localId, target, targetId } = protos;
  const count = local.vlenOf(localId);
  if (count !== target.vlenOf(targetId)) return false;
  for (let i = 0; i < count; i++) {
    if (level <= 0) return failure('EINVAL', `prototypes nested deeper than ${DEPTH_MAX}`);
    const pair = {
      local,
      localId: skipModifiersAndTypedefs(local, paramType(local, localId, i)),
      target,
      targetId: skipModifiersAndTypedefs(target, paramType(target, targetId, i)),
    };
    const result = typesAreCompatible(pair, budget, level - 1);
    if (result !== true) return result;
  }
  return true;
}

/** Type of a FUNC_PROTO's parameter. */
export function paramType(btf: Btf, proto: BtfId, position: number): BtfId {
  return btf.words[btf.index[proto] + 3 + 2 * position + 1];
}
