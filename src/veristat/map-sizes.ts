import type { BpfObject } from '../object/index.ts';
import { bpf_map_type } from '../uapi/index.ts';

const m = bpf_map_type;
/** Maps that have no size. */
const WITHOUT: readonly number[] = [
  m.BPF_MAP_TYPE_SK_STORAGE,
  m.BPF_MAP_TYPE_TASK_STORAGE,
  m.BPF_MAP_TYPE_INODE_STORAGE,
  m.BPF_MAP_TYPE_CGROUP_STORAGE,
  m.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
  m.BPF_MAP_TYPE_CGRP_STORAGE,
  m.BPF_MAP_TYPE_STRUCT_OPS,
];
const RINGS: readonly number[] = [m.BPF_MAP_TYPE_RINGBUF, m.BPF_MAP_TYPE_USER_RINGBUF];

/**
 * Gives maps whose size the object leaves to its process the smallest, so that its programs can be loaded.
 * @param pageSize bytes: a ring is a whole number of pages
 * @see tools/testing/selftests/bpf/veristat.c (v6.12), which does the same
 */
export function sizeMaps({ maps }: BpfObject, pageSize: number): void {
  for (const map of maps) {
    if (map.maxEntries !== 0 || WITHOUT.includes(map.type)) continue;
    map.maxEntries = RINGS.includes(map.type) ? pageSize : 1;
  }
}
