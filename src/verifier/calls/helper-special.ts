import { bpf_attach_type, bpf_func_id } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, ID, REF, TYPE, UMAX, VALUE } from '../domain/row.ts';
import { read64 } from '../domain/words.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  PTR_TO_MAP_VALUE,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { checkLeaks } from '../walk/leaks.ts';
import type { Walk } from '../walk/walk.ts';
import { dynptrRow } from './dynptr.ts';
import { checkFormat } from './format.ts';
import type { HelperCall } from './helper-call.ts';
import { deferFindVma, deferForEach, deferLoop, deferRingbufDrain, deferTimer } from './helper-callback.ts';
import { isNullRow } from './null.ts';

/** What single helpers want besides, and do. Registers are still those of the call. */
export function checkSpecial(walk: Walk, call: HelperCall): Refusal | undefined {
  const f = bpf_func_id;
  switch (call.id) {
    case f.BPF_FUNC_tail_call:
      walk.speculation?.noteTailCall(walk.insn, call.map);
      markTailCallIndex(walk, call);
      return checkLeaks(walk, 'tail_call', true);
    case f.BPF_FUNC_get_local_storage:
      if (isNullRow(walk.w, walk.reg(2))) return undefined;
      return walk.invalid("get_local_storage() doesn't support non-zero flags");
    case f.BPF_FUNC_for_each_map_elem:
      return deferForEach(walk, call);
    case f.BPF_FUNC_timer_set_callback:
      return deferTimer(walk, call);
    case f.BPF_FUNC_find_vma:
      return deferFindVma(walk, call);
    case f.BPF_FUNC_loop:
      return checkLoop(walk, call);
    case f.BPF_FUNC_user_ringbuf_drain:
      return deferRingbufDrain(walk, call);
    case f.BPF_FUNC_snprintf:
      return checkFormat(walk, { format: 3, size: 5 });
    case f.BPF_FUNC_dynptr_from_mem:
      return checkFromMemory(walk);
    case f.BPF_FUNC_dynptr_data:
      return takeDynptr(walk, call);
    case f.BPF_FUNC_dynptr_write:
      return noteWritten(walk, call);
    case f.BPF_FUNC_set_retval:
      return checkResultMaySet(walk);
    default:
      return undefined;
  }
}

/** A call of a known program may become a jump to it. */
function markTailCallIndex(walk: Walk, { map }: HelperCall): void {
  const { w } = walk;
  const row = walk.reg(3);
  if (w[row + TYPE] !== SCALAR_VALUE || !isKnown(w, row) || w[row + VALUE + 1] !== 0) return;
  if (w[row + VALUE] >>> 0 < walk.mapViews[map].attr.maxEntries) markPrecise(walk, 3);
}

/** The function is walked through as often as the count may be, at most. */
function checkLoop(walk: Walk, call: HelperCall): Refusal | undefined {
  noteInlineLoop(walk, call);
  markPrecise(walk, 1);
  const { frame } = walk.state;
  if (BigInt(frame.callbackDepth) < read64(walk.w, walk.reg(1) + UMAX)) return deferLoop(walk, call);
  walk.state.frame = { ...frame, callbackDepth: 0 };
  return undefined;
}

/** A loop that calls one function, without flags, may become instructions of the program. */
function noteInlineLoop(walk: Walk, { subprogram }: HelperCall): void {
  const { inlineLoops, insn } = walk;
  const known = inlineLoops.get(insn) ?? subprogram;
  if (known < 0) return;
  const plain = isNullRow(walk.w, walk.reg(4));
  if (plain) markPrecise(walk, 4);
  inlineLoops.set(insn, plain && known === subprogram ? subprogram : -1);
}

function checkFromMemory(walk: Walk): Refusal | undefined {
  const type = walk.typeOf(1);
  if (baseType(type) === PTR_TO_MAP_VALUE) return undefined;
  return walk.denied(`Unsupported reg type ${regTypeName(baseType(type))} for bpf_dynptr_from_mem data`);
}

/** The memory lives as long as the dynptr, and what the dynptr stands for. */
function takeDynptr(walk: Walk, call: HelperCall): Refusal | undefined {
  const row = dynptrRow(walk, 1);
  if (row < 0) return undefined;
  call.dynptr = walk.w[row + ID];
  call.reference = walk.w[row + REF];
  return undefined;
}

/** Writing to a packet may move it. */
function noteWritten(walk: Walk, call: HelperCall): Refusal | undefined {
  const row = dynptrRow(walk, 1);
  const type = row < 0 ? 0 : walk.w[row + AUX];
  if (type === DYNPTR_TYPE_SKB || type === DYNPTR_TYPE_SKB_META) call.changesPacket = true;
  return undefined;
}

/** Where the hook's function gives nothing back, nothing can be set. */
function checkResultMaySet(walk: Walk): Refusal | undefined {
  const { expectedAttachType, attachTarget } = walk.options;
  if (expectedAttachType !== bpf_attach_type.BPF_LSM_CGROUP || !attachTarget) return undefined;
  const { btf, typeId } = attachTarget;
  const func = btf.typeById(typeId);
  const prototype = func.kind === 'FUNC' ? btf.typeById(func.type) : undefined;
  if (prototype?.kind !== 'FUNC_PROTO' || prototype.returnType !== 0) return undefined;
  return walk.invalid("BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!");
}
