import {
  type Btf,
  type BtfFunc,
  type BtfFuncProto,
  type BtfId,
  isComposite,
  resolveType,
  sizeOf,
} from '../../btf/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { functionsOf } from '../types/global-function.ts';

/** Two types that are to be the same, each of its BTF. */
interface Pair {
  readonly btf: Btf;
  readonly id: BtfId;
  readonly otherBtf: Btf;
  readonly otherId: BtfId;
}

/** Whether the program's main function may stand for the other: it takes and gives back the same. */
export function checkSameType(options: VerifyOptions, target: VerifiedTarget, other: BtfFunc): Refusal | undefined {
  const fn = functionsOf(options)?.[0];
  const { btf } = options;
  const otherBtf = target.btf;
  const proto = fn && btf?.typeById(fn.type);
  const otherProto = otherBtf.typeById(other.type);
  if (!btf || !fn || proto?.kind !== 'FUNC_PROTO' || otherProto.kind !== 'FUNC_PROTO') return invalid('');
  if (fn.linkage !== 'global') return invalid(`${fn.name} is not a global function`);
  const counts = [proto, otherProto].map(({ params }) => params.length);
  if (counts[0] !== counts[1]) {
    return invalid(`${fn.name}() has ${counts[0]} args while ${other.name}() has ${counts[1]} args`);
  }
  const result = { btf, id: proto.returnType, otherBtf, otherId: otherProto.returnType };
  const [kind, otherKind] = kindsOf(result);
  if (kind !== otherKind) {
    return invalid(`Return type ${kind} of ${fn.name}() doesn't match type ${otherKind} of ${other.name}()`);
  }
  return checkArguments({ btf, fn, proto }, { btf: otherBtf, fn: other, proto: otherProto });
}

interface Typed {
  readonly btf: Btf;
  readonly fn: BtfFunc;
  readonly proto: BtfFuncProto;
}

function checkArguments(mine: Typed, theirs: Typed): Refusal | undefined {
  for (const [index, { type: id }] of mine.proto.params.entries()) {
    const pair = { btf: mine.btf, id, otherBtf: theirs.btf, otherId: theirs.proto.params[index].type };
    const [kind, otherKind] = kindsOf(pair);
    const what = `arg${index} in ${mine.fn.name}() is`;
    if (kind !== otherKind) return invalid(`${what} ${kind} while ${theirs.fn.name}() has ${otherKind}`);
    const [size, otherSize] = [sizeOf(pair.btf, pair.id), sizeOf(pair.otherBtf, pair.otherId)];
    if (size !== otherSize) return invalid(`${what} size ${size} while ${theirs.fn.name}() has ${otherSize}`);
    if (kind !== 'PTR') continue;
    const [to, otherTo] = pointees(pair);
    if (to !== otherTo)
      return invalid(`${what} a pointer to ${to} while ${theirs.fn.name}() has a pointer to ${otherTo}`);
  }
  return undefined;
}

function kindsOf({ btf, id, otherBtf, otherId }: Pair): [string, string] {
  return [resolveType(btf, id).kind, resolveType(otherBtf, otherId).kind];
}

/** What both pointers lead to: structs by their names, all else by its kind. */
function pointees({ btf, id, otherBtf, otherId }: Pair): [string, string] {
  return [pointee(btf, id), pointee(otherBtf, otherId)];
}

function pointee(btf: Btf, id: BtfId): string {
  const pointer = resolveType(btf, id);
  const to = pointer.kind === 'PTR' ? resolveType(btf, pointer.type) : pointer;
  return isComposite(to) ? `${to.kind} ${to.name}` : to.kind;
}
