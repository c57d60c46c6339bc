import { bpf_map_type, errno } from '../../uapi/index.ts';
import { AUX, AUX2, AUX3, ID } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import { regRow } from '../state/frame.ts';
import {
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  DYNPTR_TYPE_LOCAL,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
} from '../state/reg-type.ts';
import { setPointer, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { deferAsync, deferSync } from './callback.ts';
import type { HelperCall } from './helper-call.ts';

const m = bpf_map_type;
/** Maps whose elements can be gone through. */
const EACH: readonly number[] = [
  m.BPF_MAP_TYPE_HASH,
  m.BPF_MAP_TYPE_ARRAY,
  m.BPF_MAP_TYPE_PERCPU_HASH,
  m.BPF_MAP_TYPE_PERCPU_ARRAY,
  m.BPF_MAP_TYPE_LRU_HASH,
  m.BPF_MAP_TYPE_LRU_PERCPU_HASH,
];

/** `bpf_for_each_map_elem(map, callback, context, flags)` calls `callback(map, key, value, context)`. */
export function deferForEach(walk: Walk, { map, mapUid, subprogram }: HelperCall): Refusal | undefined {
  if (!EACH.includes(walk.mapViews[map].attr.mapType)) {
    return walk.refused(errno.ENOTSUP, 'callback function not allowed for map');
  }
  return deferSync(walk, subprogram, (caller) => {
    setMapArguments(walk, map, mapUid);
    walk.state.copy(walk.reg(4), regRow(caller, 3));
  });
}

/** `bpf_loop(count, callback, context, flags)` calls `callback(index, context)`. */
export function deferLoop(walk: Walk, { subprogram }: HelperCall): Refusal | undefined {
  return deferSync(walk, subprogram, (caller) => {
    setUnknown(walk.w, walk.reg(1));
    walk.state.copy(walk.reg(2), regRow(caller, 3));
  });
}

/** `bpf_find_vma(task, address, callback, context, flags)` calls `callback(task, vma, context)`. */
export function deferFindVma(walk: Walk, { subprogram }: HelperCall): Refusal | undefined {
  const vma = walk.options.vmlinux()?.findByName('vm_area_struct', 'STRUCT');
  if (!vma) return walk.unsupported("'struct vm_area_struct' without the kernel's BTF");
  return deferSync(walk, subprogram, (caller) => {
    const { w, state } = walk;
    state.copy(walk.reg(1), regRow(caller, 1));
    setPointer(w, walk.reg(2), PTR_TO_BTF_ID);
    w[walk.reg(2) + AUX] = vma.id;
    w[walk.reg(2) + AUX2] = VMLINUX;
    state.copy(walk.reg(3), regRow(caller, 4));
  });
}

/** `bpf_user_ringbuf_drain(map, callback, context, flags)` calls `callback(dynptr, context)`. */
export function deferRingbufDrain(walk: Walk, { subprogram }: HelperCall): Refusal | undefined {
  return deferSync(walk, subprogram, (caller) => {
    const { w } = walk;
    const row = walk.reg(1);
    setPointer(w, row, CONST_PTR_TO_DYNPTR);
    w[row + AUX] = DYNPTR_TYPE_LOCAL;
    w[row + AUX3] = 1;
    w[row + ID] = walk.newId();
    walk.state.copy(walk.reg(2), regRow(caller, 3));
  });
}

/** `bpf_timer_set_callback(timer, callback)`: the timer calls `callback(map, key, value)`. */
export function deferTimer(walk: Walk, { map, mapUid, subprogram }: HelperCall): Refusal | undefined {
  return deferAsync(walk, { subprogram, sleepable: false }, () => setMapArguments(walk, map, mapUid));
}

/** R1 to R3: the map, one of its keys, and the value. */
export function setMapArguments(walk: Walk, map: number, uid: number): void {
  const { w } = walk;
  for (const [register, type] of [CONST_PTR_TO_MAP, PTR_TO_MAP_KEY, PTR_TO_MAP_VALUE].entries()) {
    const row = walk.reg(register + 1);
    setPointer(w, row, type);
    w[row + AUX] = map;
    w[row + AUX2] = uid;
  }
}
