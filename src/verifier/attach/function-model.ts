import { type Btf, type BtfFunc, type BtfId, isComposite, resolveType } from '../../btf/index.ts';
import { invalid, type Refusal } from '../refusal.ts';

const MAX_ARGUMENTS = 12;
/** A struct is passed in two registers at most. */
const MAX_ARGUMENT_BYTES = 16;

/** Whether a trampoline can hand on the function's arguments and its result. */
export function checkFunctionModel(btf: Btf, { name, type }: BtfFunc): Refusal | undefined {
  const proto = btf.typeById(type);
  if (proto.kind !== 'FUNC_PROTO') return invalid('');
  const { params, returnType } = proto;
  if (params.length > MAX_ARGUMENTS) {
    return invalid(`The function ${name} has ${params.length} arguments. Too many.`);
  }
  if (sizeOfArgument(btf, returnType) < 0 || isComposite(resolveType(btf, returnType))) {
    return invalid(`The function ${name} return type ${kindOf(btf, returnType)} is unsupported.`);
  }
  for (const [index, param] of params.entries()) {
    if (index === params.length - 1 && param.type === 0) {
      return invalid(`The function ${name} with variable args is unsupported.`);
    }
    const size = sizeOfArgument(btf, param.type);
    if (size < 0 || size > MAX_ARGUMENT_BYTES) {
      return invalid(`The function ${name} arg${index} type ${kindOf(btf, param.type)} is unsupported.`);
    }
    if (size === 0) return invalid(`The function ${name} has malformed void argument.`);
  }
  return undefined;
}

/** @returns -1 for what no register holds */
function sizeOfArgument(btf: Btf, id: BtfId): number {
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'VOID':
      return 0;
    case 'PTR':
      return btf.pointerSize;
    case 'INT':
    case 'ENUM':
    case 'ENUM64':
    case 'STRUCT':
      return type.size;
    default:
      return -1;
  }
}

function kindOf(btf: Btf, id: BtfId): string {
  return resolveType(btf, id).kind;
}
