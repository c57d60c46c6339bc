import { bpf_map_type, errno } from '../../uapi/index.ts';
import { AUX, OFF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { load } from './btf-pointer.ts';
import { walkStruct } from './btf-walk.ts';

const T = bpf_map_type;

/** The kernel's struct behind each type of map. */
const STRUCTS: ReadonlyMap<number, string> = new Map([
  ...[
    T.BPF_MAP_TYPE_ARRAY,
    T.BPF_MAP_TYPE_PERCPU_ARRAY,
    T.BPF_MAP_TYPE_PROG_ARRAY,
    T.BPF_MAP_TYPE_PERF_EVENT_ARRAY,
  ].map((type) => [type, 'bpf_array'] as const),
  ...[T.BPF_MAP_TYPE_CGROUP_ARRAY, T.BPF_MAP_TYPE_ARRAY_OF_MAPS].map((type) => [type, 'bpf_array'] as const),
  ...[T.BPF_MAP_TYPE_HASH, T.BPF_MAP_TYPE_PERCPU_HASH, T.BPF_MAP_TYPE_LRU_HASH, T.BPF_MAP_TYPE_LRU_PERCPU_HASH].map(
    (type) => [type, 'bpf_htab'] as const,
  ),
  [T.BPF_MAP_TYPE_HASH_OF_MAPS, 'bpf_htab'],
  [T.BPF_MAP_TYPE_LPM_TRIE, 'lpm_trie'],
  [T.BPF_MAP_TYPE_QUEUE, 'bpf_queue_stack'],
  [T.BPF_MAP_TYPE_STACK, 'bpf_queue_stack'],
  [T.BPF_MAP_TYPE_RINGBUF, 'bpf_ringbuf_map'],
  [T.BPF_MAP_TYPE_USER_RINGBUF, 'bpf_ringbuf_map'],
  [T.BPF_MAP_TYPE_STACK_TRACE, 'bpf_stack_map'],
  [T.BPF_MAP_TYPE_DEVMAP, 'bpf_dtab'],
  [T.BPF_MAP_TYPE_DEVMAP_HASH, 'bpf_dtab'],
  [T.BPF_MAP_TYPE_CPUMAP, 'bpf_cpu_map'],
  [T.BPF_MAP_TYPE_XSKMAP, 'xsk_map'],
  [T.BPF_MAP_TYPE_SOCKMAP, 'bpf_stab'],
  [T.BPF_MAP_TYPE_SOCKHASH, 'bpf_shtab'],
  [T.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 'reuseport_array'],
  [T.BPF_MAP_TYPE_BLOOM_FILTER, 'bpf_bloom_filter'],
  [T.BPF_MAP_TYPE_CGROUP_STORAGE, 'bpf_cgroup_storage_map'],
  [T.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 'bpf_cgroup_storage_map'],
  [T.BPF_MAP_TYPE_SK_STORAGE, 'bpf_local_storage_map'],
  [T.BPF_MAP_TYPE_INODE_STORAGE, 'bpf_local_storage_map'],
  [T.BPF_MAP_TYPE_TASK_STORAGE, 'bpf_local_storage_map'],
  [T.BPF_MAP_TYPE_CGRP_STORAGE, 'bpf_local_storage_map'],
  [T.BPF_MAP_TYPE_STRUCT_OPS, 'bpf_struct_ops_map'],
  [T.BPF_MAP_TYPE_ARENA, 'bpf_arena'],
]);

/** A load from the kernel's own struct behind a map. */
export function accessMapPointer(walk: Walk, access: Access): Refusal | undefined {
  const { register, size, write, into } = access;
  const { w, options } = walk;
  const row = walk.reg(register);
  const { mapType } = walk.mapViews[w[row + AUX]].attr;
  const btf = options.vmlinux();
  if (!btf) return walk.refused(errno.ENOTSUPP, 'map_ptr access not supported without CONFIG_DEBUG_INFO_BTF');
  const name = STRUCTS.get(mapType);
  const struct = name === undefined ? undefined : btf.findByName(name, 'STRUCT');
  if (!struct) return walk.refused(errno.ENOTSUPP, `map_ptr access not supported for map type ${mapType}`);
  if (!walk.program.privileges.allowPtrLeaks) {
    return walk.refused(errno.EPERM, `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`);
  }
  const off = w[row + OFF] + access.off;
  if (off < 0) return walk.denied(`R${register} is ${name} invalid negative access: off=${off}`);
  if (write) return walk.denied(`only read from ${name} is supported`);
  const found = walkStruct(walk, { btf, typeId: struct.id, off, size });
  if ('errno' in found) return found;
  if (into !== undefined) load(walk, into, { found, index: VMLINUX });
  return undefined;
}
