import { bpf_map_type, bpf_prog_type, errno } from '../uapi/index.ts';
import type { VerifiedMap } from './options.ts';
import { invalid, type Refusal } from './refusal.ts';

const p = bpf_prog_type;
const m = bpf_map_type;

/** Programs that may run at any time, also while a lock is held. */
const TRACING: readonly number[] = [
  p.BPF_PROG_TYPE_KPROBE,
  p.BPF_PROG_TYPE_TRACEPOINT,
  p.BPF_PROG_TYPE_PERF_EVENT,
  p.BPF_PROG_TYPE_RAW_TRACEPOINT,
  p.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
];

/** Maps that programs may use that sleep. */
const SLEEPABLE: readonly number[] = [
  m.BPF_MAP_TYPE_HASH,
  m.BPF_MAP_TYPE_LRU_HASH,
  m.BPF_MAP_TYPE_ARRAY,
  m.BPF_MAP_TYPE_PERCPU_HASH,
  m.BPF_MAP_TYPE_PERCPU_ARRAY,
  m.BPF_MAP_TYPE_LRU_PERCPU_HASH,
  m.BPF_MAP_TYPE_ARRAY_OF_MAPS,
  m.BPF_MAP_TYPE_HASH_OF_MAPS,
  m.BPF_MAP_TYPE_RINGBUF,
  m.BPF_MAP_TYPE_USER_RINGBUF,
  m.BPF_MAP_TYPE_INODE_STORAGE,
  m.BPF_MAP_TYPE_SK_STORAGE,
  m.BPF_MAP_TYPE_TASK_STORAGE,
  m.BPF_MAP_TYPE_CGRP_STORAGE,
  m.BPF_MAP_TYPE_QUEUE,
  m.BPF_MAP_TYPE_STACK,
  m.BPF_MAP_TYPE_ARENA,
];

export interface MapUser {
  /** BPF_PROG_TYPE_*: of the program, or of the one that it replaces a function of. */
  readonly progType: number;
  readonly sleepable: boolean;
}

/** Whether such a program may use the maps that it names. */
export function checkMaps(maps: readonly VerifiedMap[], user: MapUser): Refusal | undefined {
  for (const map of maps) {
    const refusal = checkMap(map, user);
    if (refusal) return refusal;
  }
  const arenas = maps.filter(({ attr }) => attr.mapType === m.BPF_MAP_TYPE_ARENA);
  if (arenas.length > 1) return { errno: errno.EBUSY, text: 'Only one arena per program' };
  return undefined;
}

function checkMap({ attr, spec }: VerifiedMap, { progType, sleepable }: MapUser): Refusal | undefined {
  const has = (...kinds: string[]) => spec.fields.some(({ kind }) => kinds.includes(kind));
  const tracing = TRACING.includes(progType);
  if (tracing && has('list_head', 'rb_root')) return invalid('tracing progs cannot use bpf_{list_head,rb_root} yet');
  if (has('spin_lock', 'res_spin_lock')) {
    if (progType === p.BPF_PROG_TYPE_SOCKET_FILTER) return invalid('socket filter progs cannot use bpf_spin_lock yet');
    if (tracing && has('spin_lock')) return invalid('tracing progs cannot use bpf_spin_lock yet');
  }
  if (tracing && has('timer')) return invalid('tracing progs cannot use bpf_timer yet');
  if (tracing && has('workqueue')) return invalid('tracing progs cannot use bpf_wq yet');
  if (attr.mapType === m.BPF_MAP_TYPE_STRUCT_OPS) return invalid('bpf_struct_ops map cannot be used in prog');
  if (sleepable && !SLEEPABLE.includes(attr.mapType)) {
    return invalid('Sleepable programs can only use array, hash, ringbuf and local storage maps');
  }
  return undefined;
}
