import { bpf_func_id, bpf_map_type, bpf_prog_type } from '../../uapi/index.ts';

const f = bpf_func_id;
const m = bpf_map_type;

const REDIRECT_TARGETS = [
  m.BPF_MAP_TYPE_DEVMAP,
  m.BPF_MAP_TYPE_DEVMAP_HASH,
  m.BPF_MAP_TYPE_CPUMAP,
  m.BPF_MAP_TYPE_XSKMAP,
];
const SOCKET_MAPS = [m.BPF_MAP_TYPE_SOCKMAP, m.BPF_MAP_TYPE_SOCKHASH];
const QUEUES = [m.BPF_MAP_TYPE_QUEUE, m.BPF_MAP_TYPE_STACK];

/** Maps that only some helpers take. */
export const HELPERS_OF_MAP: Readonly<Record<number, readonly number[]>> = {
  [m.BPF_MAP_TYPE_PROG_ARRAY]: [f.BPF_FUNC_tail_call],
  [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY]: [
    f.BPF_FUNC_perf_event_read,
    f.BPF_FUNC_perf_event_output,
    f.BPF_FUNC_skb_output,
    f.BPF_FUNC_perf_event_read_value,
    f.BPF_FUNC_xdp_output,
  ],
  [m.BPF_MAP_TYPE_RINGBUF]: [
    f.BPF_FUNC_ringbuf_output,
    f.BPF_FUNC_ringbuf_reserve,
    f.BPF_FUNC_ringbuf_query,
    f.BPF_FUNC_ringbuf_reserve_dynptr,
    f.BPF_FUNC_ringbuf_submit_dynptr,
    f.BPF_FUNC_ringbuf_discard_dynptr,
  ],
  [m.BPF_MAP_TYPE_USER_RINGBUF]: [f.BPF_FUNC_user_ringbuf_drain],
  [m.BPF_MAP_TYPE_STACK_TRACE]: [f.BPF_FUNC_get_stackid],
  [m.BPF_MAP_TYPE_CGROUP_ARRAY]: [f.BPF_FUNC_skb_under_cgroup, f.BPF_FUNC_current_task_under_cgroup],
  [m.BPF_MAP_TYPE_CGROUP_STORAGE]: [f.BPF_FUNC_get_local_storage],
  [m.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE]: [f.BPF_FUNC_get_local_storage],
  [m.BPF_MAP_TYPE_DEVMAP]: [f.BPF_FUNC_redirect_map, f.BPF_FUNC_map_lookup_elem],
  [m.BPF_MAP_TYPE_DEVMAP_HASH]: [f.BPF_FUNC_redirect_map, f.BPF_FUNC_map_lookup_elem],
  [m.BPF_MAP_TYPE_CPUMAP]: [f.BPF_FUNC_redirect_map],
  [m.BPF_MAP_TYPE_XSKMAP]: [f.BPF_FUNC_redirect_map, f.BPF_FUNC_map_lookup_elem],
  [m.BPF_MAP_TYPE_ARRAY_OF_MAPS]: [f.BPF_FUNC_map_lookup_elem],
  [m.BPF_MAP_TYPE_HASH_OF_MAPS]: [f.BPF_FUNC_map_lookup_elem],
  [m.BPF_MAP_TYPE_SOCKMAP]: [
    f.BPF_FUNC_sk_redirect_map,
    f.BPF_FUNC_sock_map_update,
    f.BPF_FUNC_msg_redirect_map,
    f.BPF_FUNC_sk_select_reuseport,
    f.BPF_FUNC_map_lookup_elem,
    f.BPF_FUNC_map_update_elem,
    f.BPF_FUNC_map_delete_elem,
  ],
  [m.BPF_MAP_TYPE_SOCKHASH]: [
    f.BPF_FUNC_sk_redirect_hash,
    f.BPF_FUNC_sock_hash_update,
    f.BPF_FUNC_msg_redirect_hash,
    f.BPF_FUNC_sk_select_reuseport,
    f.BPF_FUNC_map_lookup_elem,
    f.BPF_FUNC_map_update_elem,
    f.BPF_FUNC_map_delete_elem,
  ],
  [m.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY]: [f.BPF_FUNC_sk_select_reuseport],
  [m.BPF_MAP_TYPE_QUEUE]: [f.BPF_FUNC_map_peek_elem, f.BPF_FUNC_map_pop_elem, f.BPF_FUNC_map_push_elem],
  [m.BPF_MAP_TYPE_STACK]: [f.BPF_FUNC_map_peek_elem, f.BPF_FUNC_map_pop_elem, f.BPF_FUNC_map_push_elem],
  [m.BPF_MAP_TYPE_SK_STORAGE]: [f.BPF_FUNC_sk_storage_get, f.BPF_FUNC_sk_storage_delete, f.BPF_FUNC_kptr_xchg],
  [m.BPF_MAP_TYPE_INODE_STORAGE]: [f.BPF_FUNC_inode_storage_get, f.BPF_FUNC_inode_storage_delete, f.BPF_FUNC_kptr_xchg],
  [m.BPF_MAP_TYPE_TASK_STORAGE]: [f.BPF_FUNC_task_storage_get, f.BPF_FUNC_task_storage_delete, f.BPF_FUNC_kptr_xchg],
  [m.BPF_MAP_TYPE_CGRP_STORAGE]: [f.BPF_FUNC_cgrp_storage_get, f.BPF_FUNC_cgrp_storage_delete, f.BPF_FUNC_kptr_xchg],
  [m.BPF_MAP_TYPE_BLOOM_FILTER]: [f.BPF_FUNC_map_peek_elem, f.BPF_FUNC_map_push_elem],
};

/** Helpers that only take some maps. */
export const MAPS_OF_HELPER: Readonly<Record<number, readonly number[]>> = {
  [f.BPF_FUNC_tail_call]: [m.BPF_MAP_TYPE_PROG_ARRAY],
  [f.BPF_FUNC_perf_event_read]: [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY],
  [f.BPF_FUNC_perf_event_output]: [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY],
  [f.BPF_FUNC_perf_event_read_value]: [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY],
  [f.BPF_FUNC_skb_output]: [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY],
  [f.BPF_FUNC_xdp_output]: [m.BPF_MAP_TYPE_PERF_EVENT_ARRAY],
  [f.BPF_FUNC_ringbuf_output]: [m.BPF_MAP_TYPE_RINGBUF],
  [f.BPF_FUNC_ringbuf_reserve]: [m.BPF_MAP_TYPE_RINGBUF],
  [f.BPF_FUNC_ringbuf_query]: [m.BPF_MAP_TYPE_RINGBUF],
  [f.BPF_FUNC_ringbuf_reserve_dynptr]: [m.BPF_MAP_TYPE_RINGBUF],
  [f.BPF_FUNC_user_ringbuf_drain]: [m.BPF_MAP_TYPE_USER_RINGBUF],
  [f.BPF_FUNC_get_stackid]: [m.BPF_MAP_TYPE_STACK_TRACE],
  [f.BPF_FUNC_current_task_under_cgroup]: [m.BPF_MAP_TYPE_CGROUP_ARRAY],
  [f.BPF_FUNC_skb_under_cgroup]: [m.BPF_MAP_TYPE_CGROUP_ARRAY],
  [f.BPF_FUNC_redirect_map]: REDIRECT_TARGETS,
  [f.BPF_FUNC_sk_redirect_map]: [m.BPF_MAP_TYPE_SOCKMAP],
  [f.BPF_FUNC_msg_redirect_map]: [m.BPF_MAP_TYPE_SOCKMAP],
  [f.BPF_FUNC_sock_map_update]: [m.BPF_MAP_TYPE_SOCKMAP],
  [f.BPF_FUNC_sk_redirect_hash]: [m.BPF_MAP_TYPE_SOCKHASH],
  [f.BPF_FUNC_msg_redirect_hash]: [m.BPF_MAP_TYPE_SOCKHASH],
  [f.BPF_FUNC_sock_hash_update]: [m.BPF_MAP_TYPE_SOCKHASH],
  [f.BPF_FUNC_get_local_storage]: [m.BPF_MAP_TYPE_CGROUP_STORAGE, m.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE],
  [f.BPF_FUNC_sk_select_reuseport]: [m.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, ...SOCKET_MAPS],
  [f.BPF_FUNC_map_pop_elem]: QUEUES,
  [f.BPF_FUNC_map_peek_elem]: [...QUEUES, m.BPF_MAP_TYPE_BLOOM_FILTER],
  [f.BPF_FUNC_map_push_elem]: [...QUEUES, m.BPF_MAP_TYPE_BLOOM_FILTER],
  [f.BPF_FUNC_map_lookup_percpu_elem]: [
    m.BPF_MAP_TYPE_PERCPU_ARRAY,
    m.BPF_MAP_TYPE_PERCPU_HASH,
    m.BPF_MAP_TYPE_LRU_PERCPU_HASH,
  ],
  [f.BPF_FUNC_sk_storage_get]: [m.BPF_MAP_TYPE_SK_STORAGE],
  [f.BPF_FUNC_sk_storage_delete]: [m.BPF_MAP_TYPE_SK_STORAGE],
  [f.BPF_FUNC_inode_storage_get]: [m.BPF_MAP_TYPE_INODE_STORAGE],
  [f.BPF_FUNC_inode_storage_delete]: [m.BPF_MAP_TYPE_INODE_STORAGE],
  [f.BPF_FUNC_task_storage_get]: [m.BPF_MAP_TYPE_TASK_STORAGE],
  [f.BPF_FUNC_task_storage_delete]: [m.BPF_MAP_TYPE_TASK_STORAGE],
  [f.BPF_FUNC_cgrp_storage_get]: [m.BPF_MAP_TYPE_CGRP_STORAGE],
  [f.BPF_FUNC_cgrp_storage_delete]: [m.BPF_MAP_TYPE_CGRP_STORAGE],
};

const t = bpf_prog_type;
/** Programs that may put sockets into socket maps and take them out: nothing holds the socket there. */
export const CHANGES_SOCKET_MAPS: readonly number[] = [
  t.BPF_PROG_TYPE_SOCKET_FILTER,
  t.BPF_PROG_TYPE_SCHED_CLS,
  t.BPF_PROG_TYPE_SCHED_ACT,
  t.BPF_PROG_TYPE_XDP,
  t.BPF_PROG_TYPE_SK_REUSEPORT,
  t.BPF_PROG_TYPE_FLOW_DISSECTOR,
  t.BPF_PROG_TYPE_SK_LOOKUP,
];
