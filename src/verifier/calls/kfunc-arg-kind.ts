import { type Btf, type BtfParam, type BtfType, resolveType } from '../../btf/index.ts';
import { contextOfProgType } from '../../catalog/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  PTR_TO_BTF_ID,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { type KfuncCall, pointee } from './kfunc-call.ts';
import { isNullRow } from './null.ts';

/** What a kfunc wants in a register that it takes a pointer in. */
export type PointerKind =
  | 'ctx'
  | 'null'
  | 'allocated'
  | 'refcounted'
  | 'iterator'
  | 'dynptr'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'string'
  | 'map'
  | 'workqueue'
  | 'task_work'
  | 'irq_flag'
  | 'res_spin_lock'
  | 'object'
  | 'callback'
  | 'sized_memory'
  | 'memory';

/** Structs of the kernel whose name says what is wanted. */
const BY_STRUCT: Readonly<Record<string, PointerKind>> = {
  bpf_dynptr: 'dynptr',
  bpf_list_head: 'list_head',
  bpf_list_node: 'list_node',
  bpf_rb_root: 'rb_root',
  bpf_rb_node: 'rb_node',
  bpf_wq: 'workqueue',
  bpf_task_work: 'task_work',
  bpf_res_spin_lock: 'res_spin_lock',
};

/** Ends of parameters' names that say what is wanted. @see Documentation/bpf/kfuncs.rst (v6.18) */
const BY_SUFFIX: readonly (readonly [string, PointerKind])[] = [
  ['__alloc', 'allocated'],
  ['__refcounted_kptr', 'refcounted'],
  ['__str', 'string'],
  ['__map', 'map'],
  ['__irq_flag', 'irq_flag'],
];

const CALLBACK_KFUNCS = /^bpf_(rbtree_add_impl|wq_set_callback_impl|task_work_schedule_(signal|resume)(_impl)?)$/;
/** Deepest nesting of structs that are looked at for anything but numbers. */
const MAX_NESTING = 4;

/** What the kfunc wants in the register of the pointer, given what is there. */
export function pointerKind(walk: Walk, { kfunc }: KfuncCall, index: number): PointerKind | Refusal {
  const { btf, params, name, flags } = kfunc;
  const param = params[index];
  const target = pointee(btf, param.type)!;
  const row = walk.reg(index + 1);
  if (name === 'bpf_cast_to_kern_ctx' || isContext(walk, target)) return 'ctx';
  if (param.name.endsWith('__nullable') && isNullRow(walk.w, row)) return 'null';
  const suffix = BY_SUFFIX.find(([end]) => param.name.endsWith(end));
  if (suffix) return suffix[1];
  if (index === 0 && (flags.has('new') || flags.has('next') || flags.has('destroy'))) return 'iterator';
  if (target.kind === 'STRUCT' && BY_STRUCT[target.name]) return BY_STRUCT[target.name];
  const nextIsSize = isSize(params[index + 1]);
  if (objectStruct(walk, row) !== undefined) {
    if (target.kind === 'STRUCT') return 'object';
    if (baseType(walk.w[row]) === PTR_TO_BTF_ID && !isData(btf, target, nextIsSize)) {
      return walk.invalid(
        `kernel function ${name} args#${index} pointer type ${target.kind} ${nameOf(target)} is not supported`,
      );
    }
  }
  if (target.kind === 'FUNC_PROTO' && CALLBACK_KFUNCS.test(name)) return 'callback';
  if (nextIsSize && isData(btf, target, true)) return 'sized_memory';
  if (isData(btf, target, false)) return 'memory';
  const what = nextIsSize ? 'void, ' : '';
  return walk.invalid(
    `arg#${index} pointer type ${target.kind} ${nameOf(target)} must point to ${what}scalar, or struct with scalar`,
  );
}

/** Whether the parameter is the size of the memory that the one before it leads to. */
export function isSize(param: BtfParam | undefined): boolean {
  return param !== undefined && (param.name.endsWith('__sz') || param.name.endsWith('__szk'));
}

function nameOf(type: BtfType): string {
  return type.name === '' ? '(anon)' : type.name;
}

/** The kernel's struct behind sockets and maps that programs hold; an object names its own. */
export function objectStruct({ w }: Walk, row: number): string | undefined {
  switch (baseType(w[row])) {
    case PTR_TO_BTF_ID:
      return '';
    case PTR_TO_SOCKET:
      return 'sock';
    case PTR_TO_SOCK_COMMON:
      return 'sock_common';
    case PTR_TO_TCP_SOCK:
      return 'tcp_sock';
    case CONST_PTR_TO_MAP:
      return 'bpf_map';
    default:
      return undefined;
  }
}

function isContext({ options }: Walk, target: BtfType): boolean {
  if (target.kind !== 'STRUCT') return false;
  const progType = options.attachTarget?.program?.progType ?? options.progType;
  if (progType === bpf_prog_type.BPF_PROG_TYPE_NETFILTER) return target.name === 'bpf_nf_ctx';
  const context = contextOfProgType(progType);
  if (!context) return false;
  // The two names of a packet are taken for one another.
  const projected = context.name === '__sk_buff' || context.name === 'xdp_md';
  return target.name === context.name || (projected && target.name === context.kernel);
}

/** Whether it is a number, or a struct of nothing but numbers; `void` where a size says how much there is. */
function isData(btf: Btf, type: BtfType, sized: boolean, depth = 0): boolean {
  switch (type.kind) {
    case 'INT':
    case 'ENUM':
    case 'ENUM64':
      return true;
    case 'VOID':
      return sized;
    case 'STRUCT':
    case 'UNION':
      return (
        depth < MAX_NESTING &&
        type.members.every((member) => isData(btf, resolveType(btf, member.type), false, depth + 1))
      );
    case 'ARRAY':
      return depth > 0 && isData(btf, resolveType(btf, type.type), false, depth);
    default:
      return false;
  }
}
