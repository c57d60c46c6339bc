import { ByteReader } from '../../base/index.ts';
import {
  type Btf,
  type BtfFunc,
  type BtfFuncProto,
  type BtfId,
  sizeOf,
  skipModifiers,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import type { VerifyOptions } from '../options.ts';
import { contextTypeNames } from './context-names.ts';
import { declTagsOf } from './decl-tags.ts';

/** What a global function may take for granted of an argument. */
export interface GlobalArgument {
  readonly kind: 'scalar' | 'ctx' | 'dynptr' | 'arena' | 'mem' | 'btf';
  readonly mayBeNull: boolean;
  /** mem: bytes. */
  readonly size: number;
  /** btf: the kernel's type. */
  readonly typeId: number;
  readonly untrusted: boolean;
  readonly readOnly: boolean;
}

const MAX_ARGUMENTS = 5;
const NO_ARGUMENT: GlobalArgument = {
  kind: 'scalar',
  mayBeNull: false,
  size: 0,
  typeId: 0,
  untrusted: false,
  readOnly: false,
};

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

/** What the arguments of a function are to be, or the kernel's words about why it cannot be verified on its own. */
export function globalArguments(
  options: VerifyOptions,
  fn: BtfFunc & { readonly id: BtfId },
): GlobalArgument[] | string {
  const btf = options.btf as Btf;
  const proto = btf.typeById(fn.type);
  if (proto.kind !== 'FUNC_PROTO') return `Invalid type of function ${fn.name}()`;
  if (proto.params.length > MAX_ARGUMENTS) {
    return `Global function ${fn.name}() with ${proto.params.length} > ${MAX_ARGUMENTS} args. Buggy compiler.`;
  }
  if (!isNumber(btf, skipModifiersAndTypedefs(btf, proto.returnType))) {
    return `Global function ${fn.name}() doesn't return scalar. Only those are supported.`;
  }
  const list: GlobalArgument[] = [];
  for (let i = 0; i < proto.params.length; i++) {
    const argument = argumentOf(options, { fn, proto, index: i });
    if (typeof argument === 'string') return argument;
    list.push(argument);
  }
  return list;
}

function isNumber(btf: Btf, id: BtfId): boolean {
  const { kind } = btf.typeById(id);
  return kind === 'INT' || kind === 'ENUM' || kind === 'ENUM64';
}

interface Parameter {
  readonly fn: BtfFunc & { readonly id: BtfId };
  readonly proto: BtfFuncProto;
  readonly index: number;
}

function argumentOf(options: VerifyOptions, { fn, proto, index }: Parameter): GlobalArgument | string {
  const btf = options.btf as Btf;
  const id = skipModifiersAndTypedefs(btf, proto.params[index].type);
  const tags = declTagsOf(btf, fn.id, index).filter((tag) => tag.startsWith('arg:'));
  const has = (name: string) => tags.includes(`arg:${name}`);
  const type = btf.typeById(id);
  if (type.kind !== 'PTR') {
    if (tags.length > 0) return `arg#${index} has pointer tag, but is not a pointer type`;
    if (isNumber(btf, id)) return NO_ARGUMENT;
    return `Arg#${index} type ${type.kind} in ${fn.name}() is not supported yet.`;
  }
  if (has('ctx') || isContext(options, type.type)) return { ...NO_ARGUMENT, kind: 'ctx' };
  const mayBeNull = !has('nonnull');
  const to = skipModifiersAndTypedefs(btf, type.type);
  const target = btf.typeById(to);
  if (target.name === 'bpf_dynptr') return { ...NO_ARGUMENT, kind: 'dynptr' };
  if (has('trusted') || (has('untrusted') && (target.kind === 'STRUCT' || target.kind === 'UNION'))) {
    const found = options.vmlinux()?.findByName(target.name, 'STRUCT');
    if (!found) return `arg#${index} reference type('${target.kind} ${target.name}') not found in kernel BTF`;
    const typeId = options.vmlinux()?.idsByName(target.name)[0] ?? 0;
    const nullable = has('nullable');
    return { ...NO_ARGUMENT, kind: 'btf', typeId, mayBeNull: nullable, untrusted: has('untrusted') };
  }
  if (has('arena')) return { ...NO_ARGUMENT, kind: 'arena' };
  if (has('untrusted')) return { ...NO_ARGUMENT, kind: 'mem', untrusted: true, readOnly: true };
  const size =
    target.kind === 'VOID' || target.kind === 'FWD' || target.kind === 'FUNC_PROTO' ? undefined : sizeOf(btf, to);
  if (size === undefined) {
    const kind = target.kind === 'VOID' ? 'UNKNOWN' : target.kind;
    return `arg#${index} reference type('${kind} ${target.name}') size cannot be determined: -22`;
  }
  return { ...NO_ARGUMENT, kind: 'mem', size, mayBeNull };
}

/** Whether the pointed-to type is that of the program's context, by its name. */
function isContext(options: VerifyOptions, to: BtfId): boolean {
  const btf = options.btf as Btf;
  const names = contextTypeNames(options.progType);
  const named = btf.typeById(skipModifiers(btf, to));
  if (names.includes(named.name) && named.kind === 'TYPEDEF') return true;
  const type = btf.typeById(skipModifiersAndTypedefs(btf, to));
  return type.name !== '' && names.includes(type.name);
}
