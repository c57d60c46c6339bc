import type { HelperArgKind } from '../../catalog/index.ts';
import { bpf_func_id, bpf_map_type } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, REF, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { read64 } from '../domain/words.ts';
import { checkAlignment } from '../memory/alignment.ts';
import { checkHelperMemory, checkSizedMemory } from '../memory/helper-memory.ts';
import { markPrecise, markSlotPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import { isPacketPointer, MEM_RCU, NOT_INIT, PTR_TO_STACK, SCALAR_VALUE } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkArgOffset } from './arg-offset.ts';
import { constantKeyAt } from './constant-key.ts';
import { checkConstantText } from './constant-text.ts';
import { checkArgType } from './helper-arg-type.ts';
import type { CheckedArg } from './helper-call.ts';
import { checkDynptrArg, checkReleasedDynptr } from './helper-dynptr.ts';
import { checkKptrField, checkTimerField } from './helper-field.ts';
import { checkSpinLock } from './helper-lock.ts';
import { isNullRow } from './null.ts';
import { mayPassPacket } from './packet-helpers.ts';

/** Whether a register holds what the helper wants there; remembers what it is. */
export function checkHelperArg(walk: Walk, checked: CheckedArg): Refusal | undefined {
  const { arg, register, row, call } = checked;
  const { w } = walk;
  if (w[row + TYPE] === NOT_INIT) return walk.denied(`R${register} !read_ok`);
  if (arg.kind === 'any') {
    const leaks = !walk.program.privileges.allowPtrLeaks && w[row + TYPE] !== SCALAR_VALUE;
    return leaks ? walk.denied(`R${register} leaks addr into helper function`) : undefined;
  }
  if (isPacketPointer(w[row + TYPE]) && !mayPassPacket(walk, call.prototype.packetAccess)) {
    return walk.denied('helper access to the packet is not allowed');
  }
  const resolved = { ...checked, arg: { ...arg, kind: resolveKind(walk, checked) } };
  const refusal =
    arg.nullable && isNullRow(w, row)
      ? undefined
      : (checkArgType(walk, resolved) ?? checkArgOffset(walk, register, arg.release));
  return refusal ?? checkRelease(walk, resolved) ?? checkKind(walk, resolved);
}

/** Maps whose values are not memory to programs. */
function resolveKind(walk: Walk, { arg, call }: CheckedArg): HelperArgKind {
  if (arg.kind !== 'value' || call.map < 0) return arg.kind;
  switch (walk.mapViews[call.map].attr.mapType) {
    case bpf_map_type.BPF_MAP_TYPE_SOCKMAP:
    case bpf_map_type.BPF_MAP_TYPE_SOCKHASH:
      return 'btf_sock';
    default:
      return arg.kind;
  }
}

function checkRelease(walk: Walk, checked: CheckedArg): Refusal | undefined {
  const { arg, call, register, row } = checked;
  const { w } = walk;
  if (arg.release) {
    if (arg.kind === 'dynptr') {
      const refusal = checkReleasedDynptr(walk, checked);
      if (refusal) return refusal;
    } else if (w[row + REF] === 0 && !isNullRow(w, row)) {
      return walk.invalid(`R${register} must be referenced when passed to release function`);
    }
    call.releases = register;
  }
  if (w[row + REF] !== 0 && arg.kind !== 'kptr') call.reference = w[row + REF];
  return undefined;
}

function checkKind(walk: Walk, checked: CheckedArg): Refusal | undefined {
  const { arg, call, register, row } = checked;
  const { w } = walk;
  switch (arg.kind) {
    case 'map':
      return takeMap(walk, checked);
    case 'key':
      return checkKey(walk, checked);
    case 'value':
      return checkValue(walk, checked);
    case 'fixed':
      return checkFixed(walk, checked);
    case 'size':
    case 'size0':
      return checkSize(walk, checked);
    case 'alloc':
      if (!isKnown(w, row)) return walk.denied(`R${register} is not a known constant'`);
      call.allocated = w[row + VALUE];
      markPrecise(walk, register);
      return undefined;
    case 'percpu':
      call.percpu = { btf: w[row + AUX2], typeId: w[row + AUX], allocated: isAllocated(w, row) };
      return undefined;
    case 'func':
      call.subprogram = w[row + AUX];
      return undefined;
    case 'spin_lock':
      return checkSpinLock(walk, checked);
    case 'timer':
      return checkTimerField(walk, checked);
    case 'kptr':
      return checkKptrField(walk, checked);
    case 'dynptr':
      return checkDynptrArg(walk, checked);
    case 'string':
      return checkConstantText(walk, register);
    default:
      return undefined;
  }
}

/** Remembers the map of the call. A timer's map has been seen before: it has to be the same. */
function takeMap(walk: Walk, { call, row }: CheckedArg): Refusal | undefined {
  const { w } = walk;
  const [map, uid] = [w[row + AUX], w[row + AUX2]];
  if (call.map >= 0 && (call.map !== map || call.mapUid !== uid)) {
    return walk.invalid(`timer pointer in R1 map_uid=${call.mapUid} doesn't match map pointer in R2 map_uid=${uid}`);
  }
  call.map = map;
  call.mapUid = uid;
  return undefined;
}

function checkKey(walk: Walk, { call, register }: CheckedArg): Refusal | undefined {
  if (call.map < 0) return walk.denied('invalid map_ptr to access map->key');
  const { attr } = walk.mapViews[call.map];
  const memory = { register, size: attr.keySize, write: false, zeroAllowed: false };
  const checked = checkHelperMemory(walk, memory);
  if (typeof checked !== 'number') return checked;
  const known = constantKeyAt(walk, register, attr);
  if (known && known.index >= 0) markSlotPrecise(walk, known.frame, known.index);
  call.constantKey = known?.key;
  return undefined;
}

function checkValue(walk: Walk, { arg, call, register, row }: CheckedArg): Refusal | undefined {
  if (arg.nullable && isNullRow(walk.w, row)) return undefined;
  if (call.map < 0) return walk.denied('invalid map_ptr to access map->value');
  const { attr } = walk.mapViews[call.map];
  // A bloom filter is asked whether it has the value: it is read.
  const peeks =
    attr.mapType === bpf_map_type.BPF_MAP_TYPE_BLOOM_FILTER && call.id === bpf_func_id.BPF_FUNC_map_peek_elem;
  const write = arg.access === 'out' && !peeks;
  const memory = { register, size: attr.valueSize, write, zeroAllowed: false, uninitialised: write };
  return noteFilled(walk, checkHelperMemory(walk, memory), { call, register });
}

function checkFixed(walk: Walk, { arg, call, register }: CheckedArg): Refusal | undefined {
  const write = arg.access === 'out' || arg.access === 'write';
  const memory = { register, size: arg.bytes, write, zeroAllowed: false, uninitialised: arg.access === 'out' };
  const refusal = noteFilled(walk, checkHelperMemory(walk, memory), { call, register });
  if (refusal || !arg.aligned) return refusal;
  return checkAlignment(walk, { register, off: 0, size: arg.bytes, write, atomic: true });
}

/** A size says how long the memory is that the register before leads to. */
function checkSize(walk: Walk, { arg, call, register, row }: CheckedArg): Refusal | undefined {
  const memory = call.prototype.args[register - 2];
  const write = memory.access === 'out' || memory.access === 'write';
  const checked = checkSizedMemory(walk, {
    register: register - 1,
    sizeRegister: register,
    write,
    zeroAllowed: arg.kind === 'size0',
    uninitialised: memory.access === 'out',
  });
  const refusal = noteFilled(walk, checked, { call, register: register - 1 });
  if (refusal) return refusal;
  call.largestSize = Number(read64(walk.w, row + UMAX));
  return undefined;
}

function noteFilled(
  walk: Walk,
  checked: Refusal | number,
  { call, register }: Pick<CheckedArg, 'call' | 'register'>,
): Refusal | undefined {
  if (typeof checked !== 'number') return checked;
  if (checked > 0 && walk.baseTypeOf(register) === PTR_TO_STACK) call.fills.push({ register, size: checked });
  return undefined;
}

function isAllocated(w: Int32Array, row: number): boolean {
  return (w[row + TYPE] & MEM_RCU) !== 0;
}
