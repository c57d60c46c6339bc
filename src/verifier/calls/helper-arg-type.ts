import { bpf_func_id } from '../../uapi/index.ts';
import { AUX, AUX2, OFF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import {
  baseType,
  DYNPTR_TYPE_FILE,
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RDONLY,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  regTypeName,
} from '../state/reg-type.ts';
import { isSameStruct } from '../types/same-struct.ts';
import type { Walk } from '../walk/walk.ts';
import { MEMORY, TYPES_OF_KIND } from './helper-arg-types.ts';
import type { CheckedArg } from './helper-call.ts';
import { checkExchanged } from './helper-field.ts';

const DYNPTR_TYPES =
  DYNPTR_TYPE_LOCAL | DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_SKB | DYNPTR_TYPE_XDP | DYNPTR_TYPE_SKB_META | DYNPTR_TYPE_FILE;

/** Whether the register holds one of the types that the argument may have; objects also of which structure. */
export function checkArgType(walk: Walk, checked: CheckedArg): Refusal | undefined {
  const { arg, register, row } = checked;
  const { w } = walk;
  if (arg.kind === 'any') return undefined;
  const wanted = TYPES_OF_KIND[arg.kind];
  const type = w[row + TYPE];
  if (!wanted.includes(withoutHarmless(checked, type))) {
    const names = wanted.map(regTypeName).join(', ');
    return walk.denied(`R${register} type=${nameOf(walk, row)} expected=${names}`);
  }
  return baseType(type) === PTR_TO_BTF_ID ? checkObject(walk, checked, wanted) : undefined;
}

/** The type without flags that do not matter to the argument. */
function withoutHarmless({ arg, call, register }: CheckedArg, type: number): number {
  let left = type;
  if (arg.access === 'in') left &= ~MEM_RDONLY;
  if (arg.nullable) left &= ~PTR_MAYBE_NULL;
  if (arg.kind === 'mem') left &= ~DYNPTR_TYPES;
  const exchanged = call.id === bpf_func_id.BPF_FUNC_kptr_xchg && register === 2;
  if (exchanged && type & MEM_ALLOC) left &= ~(MEM_ALLOC | MEM_PERCPU);
  return left;
}

function nameOf(walk: Walk, row: number): string {
  return regTypeName(walk.w[row + TYPE]);
}

function checkObject(walk: Walk, checked: CheckedArg, wanted: readonly number[]): Refusal | undefined {
  const { arg, call, register, row } = checked;
  const { w } = walk;
  const type = w[row + TYPE];
  if (wanted === MEMORY) {
    if (arg.access === 'in') return undefined;
    return walk.denied(`${call.name}() may write into memory pointed by R${register} type=${nameOf(walk, row)}`);
  }
  const exchanged = call.id === bpf_func_id.BPF_FUNC_kptr_xchg && register === 2;
  if (type & (MEM_ALLOC | MEM_PERCPU)) return exchanged ? checkExchanged(walk, checked) : undefined;
  if (mayBeNull(type) && (!arg.nullable || arg.release)) {
    return walk.denied(`Possibly NULL pointer passed to helper arg${register}`);
  }
  return exchanged ? checkExchanged(walk, checked) : checkStruct(walk, checked);
}

function checkStruct(walk: Walk, { arg, call, register }: CheckedArg): Refusal | undefined {
  const name = arg.kind === 'btf' ? arg.struct : 'sock_common';
  const typeId = walk.options.vmlinux()?.findByName(name, 'STRUCT')?.id;
  const strict = arg.release && call.id !== bpf_func_id.BPF_FUNC_sk_release;
  return checkIsStruct(walk, register, { name, typeId, strict });
}

/** A type of the kernel, and whether the very object has to be of it, or may begin with one. */
export interface WantedStruct {
  readonly name: string;
  /** Undefined where the kernel has none. */
  readonly typeId: number | undefined;
  readonly strict: boolean;
}

/** Whether the object that the register leads to is of that type. */
export function checkIsStruct(walk: Walk, register: number, wanted: WantedStruct): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const { name, typeId, strict } = wanted;
  const from = { index: w[row + AUX2], typeId: w[row + AUX], off: w[row + OFF] };
  if (typeId !== undefined && isSameStruct(walk, from, { index: VMLINUX, typeId, strict })) return undefined;
  const got = walk.btfs.at(from.index).nameOf(from.typeId);
  return walk.denied(`R${register} is of type ${got} but ${name} is expected`);
}
