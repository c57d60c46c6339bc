import { ByteReader } from '../../base/index.ts';
import { type Btf, type BtfFunc, type BtfId, skipModifiersAndTypedefs } from '../../btf/index.ts';
import type { VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { type GlobalArgument, globalArgument, isNumber } from './global-argument.ts';

const MAX_ARGUMENTS = 5;

/** The function that begins at each subprogram, as its records say; undefined where there are none. */
export function functionsOf({
  btf,
  funcInfo,
}: VerifyOptions): readonly (BtfFunc & { readonly id: BtfId })[] | undefined {
  if (!btf || !funcInfo || funcInfo.size < 8) return undefined;
  const reader = new ByteReader(funcInfo.bytes, btf.endian);
  const functions: (BtfFunc & { readonly id: BtfId })[] = [];
  for (let at = 0; at + funcInfo.size <= funcInfo.bytes.length; at += funcInfo.size) {
    const id = reader.u32(at + 4);
    const type = btf.has(id) ? btf.typeById(id) : undefined;
    if (type?.kind !== 'FUNC') return undefined;
    functions.push({ ...type, id });
  }
  return functions;
}

const known = new WeakMap<VerifyOptions, Map<BtfId, readonly GlobalArgument[] | Refusal>>();

/** What the arguments of a function are to be, or why it cannot be verified on its own. */
export function globalArguments(
  options: VerifyOptions,
  fn: BtfFunc & { readonly id: BtfId },
): readonly GlobalArgument[] | Refusal {
  let functions = known.get(options);
  if (!functions) known.set(options, (functions = new Map()));
  let list = functions.get(fn.id);
  if (!list) functions.set(fn.id, (list = readArguments(options, fn)));
  return list;
}

function readArguments(options: VerifyOptions, fn: BtfFunc & { readonly id: BtfId }): GlobalArgument[] | Refusal {
  const btf = options.btf as Btf;
  const proto = btf.typeById(fn.type);
  if (proto.kind !== 'FUNC_PROTO') return invalid(`Invalid type of function ${fn.name}()`);
  if (proto.params.length > MAX_ARGUMENTS) {
    return invalid(`Global function ${fn.name}() with ${proto.params.length} > ${MAX_ARGUMENTS} args. Buggy compiler.`);
  }
  if (!isNumber(btf, skipModifiersAndTypedefs(btf, proto.returnType))) {
    return invalid(`Global function ${fn.name}() doesn't return scalar. Only those are supported.`);
  }
  const list: GlobalArgument[] = [];
  for (let index = 0; index < proto.params.length; index++) {
    const argument = globalArgument(options, { fn, proto, index });
    if ('errno' in argument) return argument;
    list.push(argument);
  }
  return list;
}
