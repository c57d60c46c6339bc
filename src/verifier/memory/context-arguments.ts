import {
  type Btf,
  type BtfId,
  type BtfParam,
  type BtfType,
  isComposite,
  resolveType,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import { iteratorArgument, lsmHook, nullableArguments } from '../../catalog/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import { MEM_RDONLY, PTR_MAYBE_NULL, PTR_TO_BTF_ID, PTR_TO_BUF, PTR_TRUSTED } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { tagFlags } from './btf-walk.ts';
import type { Loaded } from './context-loaded.ts';
import { type Target, targetOf } from './context-target.ts';

const T = bpf_prog_type;
const A = bpf_attach_type;
const TYPED: readonly number[] = [
  T.BPF_PROG_TYPE_TRACING,
  T.BPF_PROG_TYPE_LSM,
  T.BPF_PROG_TYPE_STRUCT_OPS,
  T.BPF_PROG_TYPE_NETFILTER,
];
/** Arguments that a program gets at most. */
const MAX_ARGUMENTS = 12;
const NUMBER: Loaded = { kind: 'number' };

/** Whether the context is the arguments of a function that BTF describes. */
export function hasTypedArguments({ options }: Walk): boolean {
  return TYPED.includes(options.progType);
}

export interface ArgumentLoad {
  readonly off: number;
  readonly size: number;
}

/** What a load of an argument yields. @returns undefined where it is not in order */
export function argumentAt(walk: Walk, load: ArgumentLoad): Loaded | Refusal | undefined {
  const { off, size } = load;
  const { options } = walk;
  if (options.progType === T.BPF_PROG_TYPE_NETFILTER) return netfilterArgument(walk, load);
  if (off < 0 || off >= 8 * MAX_ARGUMENTS || off % size !== 0) return undefined;
  const target = targetOf(walk);
  if (!target) return NUMBER;
  const refused = (text: string): Refusal =>
    walk.denied(`func '${target.name}' ${text}\ninvalid bpf_context access off=${off} size=${size}`);
  if (off % 8 !== 0) return refused(`offset ${off} is not multiple of 8`);
  const index = off / 8;
  const params = target.proto.params.slice(target.skip);
  if (index > params.length) return refused(`doesn't have ${index + 1}-th argument`);
  if (index === params.length)
    return returned(walk, target, refused) ?? refused(`doesn't have ${index + 1}-th argument`);
  return pointerOrNumber(walk, { target, param: params[index], index, size }, refused);
}

/** What the traced function returned, behind its arguments. */
function returned(walk: Walk, target: Target, refused: (text: string) => Refusal): Loaded | Refusal | undefined {
  const { expectedAttachType, progType } = walk.options;
  const { btf, proto, skip } = target;
  const result = resolveType(btf, proto.returnType);
  switch (expectedAttachType) {
    case A.BPF_LSM_MAC:
    case A.BPF_LSM_CGROUP:
    case A.BPF_TRACE_FEXIT:
      break;
    case A.BPF_MODIFY_RETURN:
      if (result.kind === 'INT' || result.kind === 'ENUM') break;
      return refused(`ret type ${kindName(result)} not allowed for fmod_ret`);
    default:
      return undefined;
  }
  if (progType === T.BPF_PROG_TYPE_LSM && result.kind === 'INT') return { kind: 'range', min: -4095, max: 0 };
  const param = { name: '', type: proto.returnType };
  return pointerOrNumber(walk, { target, param, index: proto.params.length - skip, size: 8 }, refused);
}

interface Argument {
  readonly target: Target;
  readonly param: BtfParam;
  readonly index: number;
  readonly size: number;
}

function pointerOrNumber(walk: Walk, argument: Argument, refused: (text: string) => Refusal): Loaded | Refusal {
  const { target, param, index, size } = argument;
  const { btf } = target;
  const type = resolveType(btf, param.type);
  if (type.kind === 'INT' || type.kind === 'ENUM' || type.kind === 'ENUM64' || isComposite(type)) return NUMBER;
  if (type.kind !== 'PTR') {
    return refused(`arg${index} '${type.name || '(anon)'}' has type ${kindName(type)}. Only pointer access is allowed`);
  }
  if (size !== 8 && walk.program.switches.argument_sizes) return refused(`size ${size} must be 8`);
  const known = iterated(walk, argument);
  if (known?.type === 'buffer') {
    return { kind: 'pointer', type: PTR_TO_BUF | PTR_MAYBE_NULL | (known.readOnly ? MEM_RDONLY : 0) };
  }
  const pointee = btf.typeById(skipModifiersAndTypedefs(btf, type.type));
  if (pointee.kind === 'VOID' || pointee.kind === 'INT' || pointee.kind === 'PTR') return NUMBER;
  const nullable = isNullable(walk, argument);
  if (nullable === 'number') return NUMBER;
  if (!isComposite(pointee)) return refused(`arg${index} type ${pointee.kind} is not a struct`);
  const trusted = known ? known.trusted === true : areArgumentsTrusted(walk, target);
  const maybeNull = known ? known.nullable !== false : nullable;
  if (!known) walk.log?.line(describe(target.name, index, pointee));
  const flags = (trusted ? PTR_TRUSTED : 0) | (maybeNull ? PTR_MAYBE_NULL : 0) | tagFlags(btf, type.type);
  return {
    kind: 'pointer',
    type: PTR_TO_BTF_ID | flags,
    typeId: promoted(walk, btf, pointee.id),
    btf: walk.btfs.indexOf(btf),
  };
}

function kindName({ kind }: BtfType): string {
  return kind === 'VOID' ? 'UNKNOWN' : kind;
}

/** What the log says of an argument. */
function describe(name: string, index: number, { id, kind, name: type }: BtfType): string {
  return `func '${name}' arg${index} has btf_id ${id} type ${kind} '${type}'`;
}

function iterated({ options }: Walk, { target, index }: Argument): ReturnType<typeof iteratorArgument> {
  if (options.expectedAttachType !== A.BPF_TRACE_ITER) return undefined;
  return iteratorArgument(target.name.replace(/^bpf_iter_/, ''), index);
}

/** Arguments of hooks that are sure to be valid. */
function areArgumentsTrusted({ options }: Walk, { name }: Target): boolean {
  switch (options.progType) {
    case T.BPF_PROG_TYPE_LSM:
      return lsmHook(name)?.trusted !== false;
    case T.BPF_PROG_TYPE_TRACING:
      return options.expectedAttachType === A.BPF_TRACE_RAW_TP || options.expectedAttachType === A.BPF_TRACE_ITER;
    default:
      return true;
  }
}

/** Whether the argument may be null, or is no pointer at times (`number`). */
function isNullable({ options, program }: Walk, { target, param, index }: Argument): boolean | 'number' {
  const names = target.stub ?? target.proto;
  if (names.params[index + target.skip]?.name.endsWith('__nullable') || param.name.endsWith('__nullable')) return true;
  if (options.expectedAttachType !== A.BPF_TRACE_RAW_TP) return false;
  // Before, they passed for pointers that are never null.
  if (!program.switches.nullable_tracepoints) return false;
  return nullableArguments(target.name)?.[index] ?? false;
}

/** Congestion control is given sockets that are TCP's. */
function promoted({ options }: Walk, btf: Btf, id: BtfId): BtfId {
  const name = btf.nameOf(id);
  if (
    options.progType !== T.BPF_PROG_TYPE_STRUCT_OPS ||
    !['sock', 'sock_common', 'inet_sock', 'inet_connection_sock'].includes(name)
  ) {
    return id;
  }
  return btf.findByName('tcp_sock', 'STRUCT')?.id ?? id;
}

/** `struct bpf_nf_ctx`: two pointers. */
function netfilterArgument({ options }: Walk, { off, size }: ArgumentLoad): Loaded | undefined {
  const name = off === 0 ? 'nf_hook_state' : off === 8 ? 'sk_buff' : undefined;
  const struct = name === undefined || size !== 8 ? undefined : options.vmlinux()?.findByName(name, 'STRUCT');
  return struct && { kind: 'pointer', type: PTR_TO_BTF_ID | PTR_TRUSTED, typeId: struct.id, btf: VMLINUX };
}
