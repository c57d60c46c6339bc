/**
 * Owns: the kernel's constants, struct bytes and errno, as generated tables.
 * Does not own: any logic.
 * Reads from: nothing.
 */
export {
  bpf_attach_type,
  bpf_cgroup_iter_order,
  bpf_cmd,
  bpf_core_relo_kind,
  bpf_flags,
  bpf_func_id,
  bpf_link_type,
  bpf_map_type,
  bpf_perf_event_type,
  bpf_prog_type,
  bpf_ret_code,
  bpf_stats_type,
  xdp_action,
} from './bpf.table.ts';
export {
  BPF_OBJ_NAME_LEN,
  BPF_TAG_SIZE,
  bpf_attach_flags,
  bpf_prog_flags,
  bpf_pseudo,
  bpf_pseudo_call,
  MAX_BPF_STACK,
  MAX_TAIL_CALL_CNT,
} from './defines.table.ts';
export { errno, errnoText } from './errno.table.ts';
export { uapi_structs } from './structs.table.ts';
