import { resolveType, sizeOf } from '../../btf/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, REF, TYPE, VALUE } from '../domain/row.ts';
import { checkHelperMemory, checkSizedMemory } from '../memory/helper-memory.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  mayBeNull,
  NOT_INIT,
  PTR_MAYBE_NULL,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_VALUE,
  PTR_TO_STACK,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkArgOffset } from './arg-offset.ts';
import { checkConstantText } from './constant-text.ts';
import { checkNode, checkRoot } from './graph.ts';
import { checkIterator } from './iterators.ts';
import { isSize, type PointerKind, pointerKind } from './kfunc-arg-kind.ts';
import { type KfuncCall, pointee } from './kfunc-call.ts';
import { checkKfuncDynptr } from './kfunc-dynptr.ts';
import { checkField } from './kfunc-field.ts';
import { checkKfuncObject, checkTrust } from './kfunc-object.ts';
import { isNullRow } from './null.ts';
import { checkAllocated, checkRefcounted } from './objects.ts';
import { checkIrqFlag } from './sections.ts';

const MAX_ARGUMENTS = 5;

/** Whether the registers hold what the kfunc wants; remembers what they are. */
export function checkKfuncArgs(walk: Walk, call: KfuncCall): Refusal | undefined {
  const { name, btf, params, flags } = call.kfunc;
  if (params.length > MAX_ARGUMENTS) {
    return walk.invalid(`Function ${name} has ${params.length} > ${MAX_ARGUMENTS} args`);
  }
  for (let index = 0; index < params.length; index++) {
    const { name: param, type } = params[index];
    if (param.endsWith('__ign') || param.endsWith('__prog')) continue;
    const isPointer = resolveType(btf, type).kind === 'PTR';
    const refusal = isPointer ? checkPointer(walk, call, index) : checkNumber(walk, call, index);
    if (refusal) return refusal;
    // The size was looked at with the memory before it.
    if (isPointer && isSize(params[index + 1])) index++;
  }
  if (!flags.has('release') || call.releases !== 0) return undefined;
  return walk.invalid(`release kernel function ${name} expects refcounted PTR_TO_BTF_ID`);
}

function checkNumber(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const register = index + 1;
  const row = walk.reg(register);
  const { w } = walk;
  const { name } = call.kfunc.params[index];
  if (w[row + TYPE] !== SCALAR_VALUE) return walk.invalid(`R${register} is not a scalar`);
  return name.endsWith('__k') ? takeConstant(walk, call, register) : undefined;
}

function takeConstant(walk: Walk, call: KfuncCall, register: number): Refusal | undefined {
  const row = walk.reg(register);
  if (!isKnown(walk.w, row)) return walk.invalid(`R${register} must be a known constant`);
  call.constant = walk.w[row + VALUE] >>> 0;
  markPrecise(walk, register);
  return undefined;
}

function checkPointer(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const { flags, params } = call.kfunc;
  const trusted = flags.has('trusted') || flags.has('release');
  if (w[row + TYPE] === NOT_INIT) return walk.denied(`R${register} !read_ok`);
  const isNull = isNullRow(w, row) || mayBeNull(w[row + TYPE]);
  if ((trusted || flags.has('rcu')) && isNull && !params[index].name.endsWith('__nullable')) {
    return walk.denied(`Possibly NULL pointer passed to trusted arg${index}`);
  }
  if (w[row + REF] !== 0) {
    call.reference = w[row + REF];
    if (flags.has('release')) call.releases = register;
  }
  const kind = pointerKind(walk, call, index);
  if (typeof kind === 'object') return kind;
  if (kind === 'null') return undefined;
  const otherMap = kind === 'map' ? takeMap(walk, call, register) : undefined;
  if (otherMap) return otherMap;
  return (
    checkTrust(walk, call, { index, kind }) ??
    checkArgOffset(walk, register, flags.has('release') && call.releases === register) ??
    checkKind(walk, call, { index, kind })
  );
}

export interface KfuncArg {
  readonly index: number;
  readonly kind: PointerKind;
}

function checkKind(walk: Walk, call: KfuncCall, { index, kind }: KfuncArg): Refusal | undefined {
  const register = index + 1;
  const row = walk.reg(register);
  const { w } = walk;
  const base = baseType(w[row + TYPE]);
  switch (kind) {
    case 'ctx':
      if (base === PTR_TO_CTX) return undefined;
      return walk.invalid(`arg#${index} expected pointer to ctx, but got ${regTypeName(w[row + TYPE])}`);
    case 'allocated':
      return checkAllocated(walk, call, index);
    case 'refcounted':
      return checkRefcounted(walk, call, index);
    case 'iterator':
      return checkIterator(walk, call);
    case 'dynptr':
      return checkKfuncDynptr(walk, call, index);
    case 'list_head':
    case 'rb_root':
      return checkRoot(walk, call, { index, kind });
    case 'list_node':
    case 'rb_node':
      return checkNode(walk, call, { index, kind });
    case 'map':
    case 'object':
      return checkKfuncObject(walk, call, index);
    case 'callback':
      if (base !== PTR_TO_FUNC) return walk.invalid(`arg${index} expected pointer to func`);
      call.subprogram = w[row + AUX];
      return undefined;
    case 'string':
      if (base !== PTR_TO_MAP_VALUE) return walk.invalid(`arg#${index} doesn't point to a const string`);
      return checkConstantText(walk, register);
    case 'workqueue':
    case 'task_work':
    case 'res_spin_lock':
      return checkField(walk, call, { index, kind });
    case 'irq_flag':
      return checkIrqFlag(walk, call, index);
    case 'sized_memory':
      return checkSized(walk, call, index);
    case 'memory':
      return checkMemory(walk, call, index);
    default:
      return undefined;
  }
}

/** Memory of the type that the parameter points to, which the kfunc reads and writes. */
function checkMemory(walk: Walk, { kfunc }: KfuncCall, index: number): Refusal | undefined {
  const { btf, params } = kfunc;
  const type = pointee(btf, params[index].type)!;
  const size = sizeOf(btf, type.id);
  if (size === undefined) {
    return walk.invalid(`arg#${index} reference type('${type.kind} ${type.name}') size cannot be determined: -22`);
  }
  return readAndWritten(walk, index + 1, (write) =>
    checkHelperMemory(walk, { register: index + 1, size, write, zeroAllowed: true }),
  );
}

/** Null is in order; what may be null is checked as if it was not. */
function readAndWritten(
  walk: Walk,
  register: number,
  check: (write: boolean) => Refusal | number,
): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (isNullRow(w, row)) return undefined;
  const type = w[row + TYPE];
  w[row + TYPE] = type & ~PTR_MAYBE_NULL;
  const read = check(false);
  const written = typeof read === 'number' ? check(true) : read;
  w[row + TYPE] = type;
  return typeof written === 'number' ? undefined : written;
}

function checkSized(walk: Walk, call: KfuncCall, index: number): Refusal | undefined {
  const { params } = call.kfunc;
  const register = index + 1;
  const optional = params[index].name.endsWith('__opt') && isNullRow(walk.w, walk.reg(register));
  if (walk.typeOf(register + 1) !== SCALAR_VALUE) return walk.invalid(`R${register + 1} is not a scalar`);
  if (!optional) {
    const check = (write: boolean) =>
      checkSizedMemory(walk, { register, sizeRegister: register + 1, write, zeroAllowed: true });
    const read = check(false);
    const refusal = typeof read === 'number' ? check(true) : read;
    if (typeof refusal !== 'number') {
      const text = `arg#${index} arg#${index + 1} memory, len pair leads to invalid memory access`;
      return { ...refusal, text: `${refusal.text}\n${text}` };
    }
  }
  return params[index + 1].name.endsWith('__szk') ? takeConstant(walk, call, register + 1) : undefined;
}

/** What is neither a map nor looks like something of the kernel. */
const NO_MAP: readonly number[] = [SCALAR_VALUE, PTR_TO_CTX, PTR_TO_STACK];

/** A map that the program names, or an object of the kernel that is one: which one that is, nobody knows. */
function takeMap(walk: Walk, call: KfuncCall, register: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const base = baseType(w[row + TYPE]);
  if (NO_MAP.includes(base)) return walk.invalid(`pointer in R${register} isn't map pointer`);
  if (base !== CONST_PTR_TO_MAP) return undefined;
  const found = { index: w[row + AUX], uid: w[row + AUX2] };
  const { map } = call;
  if (map && (map.index !== found.index || map.uid !== found.uid)) {
    const what = call.kfunc.name.includes('task_work') ? 'bpf_task_work' : 'workqueue';
    return walk.invalid(
      `${what} pointer in R1 map_uid=${map.uid} doesn't match map pointer in R2 map_uid=${found.uid}`,
    );
  }
  call.map = found;
  return undefined;
}
