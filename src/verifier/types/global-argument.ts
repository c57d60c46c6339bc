import {
  type Btf,
  type BtfFunc,
  type BtfFuncProto,
  type BtfId,
  essentialName,
  isComposite,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { contextTagProblem, isContextType } from './context-names.ts';
import { declTagsOf } from './decl-tags.ts';

/** What a global function may take for granted of an argument. */
export interface GlobalArgument {
  readonly kind: 'scalar' | 'ctx' | 'dynptr' | 'arena' | 'mem' | 'btf';
  readonly mayBeNull: boolean;
  /** mem: bytes. */
  readonly size: number;
  /** btf: the kernel's type. */
  readonly typeId: BtfId;
  /** It may be any number: it is only read, and then as one reads memory that may not be there. */
  readonly untrusted: boolean;
}

/** A parameter of a function of the program. */
export interface Parameter {
  readonly fn: BtfFunc & { readonly id: BtfId };
  readonly proto: BtfFuncProto;
  readonly index: number;
}

const SCALAR: GlobalArgument = { kind: 'scalar', mayBeNull: false, size: 0, typeId: 0, untrusted: false };
const PREFIX = 'arg:';
const TAGS: readonly string[] = ['ctx', 'nonnull', 'nullable', 'trusted', 'untrusted', 'arena'];

/** What the argument is to be, by its type and its tags, or why the function cannot be verified on its own. */
export function globalArgument(options: VerifyOptions, parameter: Parameter): GlobalArgument | Refusal {
  const btf = options.btf as Btf;
  const { fn, proto, index } = parameter;
  const id = skipModifiersAndTypedefs(btf, proto.params[index].type);
  const tags = tagsOf(btf, parameter);
  const type = btf.typeById(id);
  if (type.kind !== 'PTR') {
    if (tags.length > 0) return invalid(`arg#${index} has pointer tag, but is not a pointer type`);
    if (isNumber(btf, id)) return SCALAR;
    return invalid(`Arg#${index} type ${type.kind} in ${fn.name}() is not supported yet.`);
  }
  if (!tags.every((tag) => TAGS.includes(tag))) {
    return { errno: errno.ENOTSUP, text: `arg#${index} has unsupported set of tags` };
  }
  return pointerArgument(options, { index, to: type.type, tags });
}

/** Whether it is an integer or an enum. */
export function isNumber(btf: Btf, id: BtfId): boolean {
  const { kind } = btf.typeById(id);
  return kind === 'INT' || kind === 'ENUM' || kind === 'ENUM64';
}

function tagsOf(btf: Btf, { fn, index }: Parameter): string[] {
  const tags = declTagsOf(btf, fn.id, index).filter((tag) => tag.startsWith(PREFIX));
  return [...new Set(tags.map((tag) => tag.slice(PREFIX.length)))];
}

interface Pointer {
  readonly index: number;
  /** What it points to. */
  readonly to: BtfId;
  readonly tags: readonly string[];
}

function pointerArgument(options: VerifyOptions, pointer: Pointer): GlobalArgument | Refusal {
  const { index, to, tags } = pointer;
  const btf = options.btf as Btf;
  const has = (tag: string) => tags.includes(tag);
  const only = (...allowed: string[]) => tags.every((tag) => allowed.includes(tag));
  const wrongTags = invalid(`arg#${index} has invalid combination of tags`);
  const target = skipModifiersAndTypedefs(btf, to);
  if (has('ctx') || isContextType(options, btf, to)) {
    if (!only('ctx')) return wrongTags;
    const problem = has('ctx') ? contextTagProblem(options, btf, to) : undefined;
    return problem === undefined ? { ...SCALAR, kind: 'ctx' } : invalid(`arg#${index} ${problem}`);
  }
  if (btf.nameOf(target) === 'bpf_dynptr') return tags.length > 0 ? wrongTags : { ...SCALAR, kind: 'dynptr' };
  if (has('trusted')) {
    if (has('nonnull')) return wrongTags;
    return kernelObject(options, pointer, { mayBeNull: has('nullable'), untrusted: false });
  }
  if (has('untrusted')) {
    if (!only('untrusted')) return invalid(`arg#${index} untrusted cannot be combined with any other tags`);
    if (target === 0 || isNumber(btf, target)) return { ...SCALAR, kind: 'mem', untrusted: true };
    return kernelObject(options, pointer, { mayBeNull: false, untrusted: true });
  }
  if (has('arena')) {
    if (!only('arena')) return invalid(`arg#${index} arena cannot be combined with any other tags`);
    return { ...SCALAR, kind: 'arena' };
  }
  return only('nonnull') ? memory(btf, pointer) : wrongTags;
}

function memory(btf: Btf, { index, to, tags }: Pointer): GlobalArgument | Refusal {
  const id = skipModifiersAndTypedefs(btf, to);
  const target = btf.typeById(id);
  const size = ['VOID', 'FWD', 'FUNC_PROTO'].includes(target.kind) ? undefined : sizeOf(btf, id);
  if (size !== undefined) return { ...SCALAR, kind: 'mem', size, mayBeNull: !tags.includes('nonnull') };
  const kind = target.kind === 'VOID' ? 'UNKNOWN' : target.kind;
  return invalid(`arg#${index} reference type('${kind} ${target.name}') size cannot be determined: -22`);
}

/** An object of the kernel's type of the same name; flavours (`task_struct___x`) are taken for the type itself. */
function kernelObject(
  options: VerifyOptions,
  { index, to }: Pointer,
  how: Pick<GlobalArgument, 'mayBeNull' | 'untrusted'>,
): GlobalArgument | Refusal {
  const btf = options.btf as Btf;
  const target = btf.typeById(skipModifiersAndTypedefs(btf, to));
  const what = `arg#${index} reference type('${target.kind === 'VOID' ? 'UNKNOWN' : target.kind} ${target.name || '(anon)'}')`;
  if (target.name === '') return invalid(`${what} candidate matching error: -22`);
  const kernel = options.vmlinux();
  const found = kernel?.idsByName(essentialName(target.name)).filter((id) => kernel.typeById(id).kind === target.kind);
  if (!kernel || !found?.length) return { errno: errno.ENOENT, text: `${what} has no matches` };
  if (found.length > 1) return { errno: errno.ESRCH, text: `${what} is ambiguous` };
  const [typeId] = found;
  const type = kernel.typeById(typeId);
  if (how.untrusted && !isComposite(type)) {
    const kinds = 'but only struct or primitive types are allowed';
    return invalid(`arg#${index} has type ${type.kind} '${type.name}', ${kinds}`);
  }
  return { ...SCALAR, ...how, kind: 'btf', typeId };
}
