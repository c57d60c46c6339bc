/**
 * Bytes of the structures that Linux 6.18 (x86-64, 2 CPUs) counts into a map's memory, as its fdinfo shows them: found by
 * asking it for maps of many shapes (test/data/maps/create.json holds the answers).
 */
export const structSize = {
  bpf_array: 312,
  bpf_htab: 896,
  htab_bucket: 16,
  htab_elem: 48,
  bpf_ringbuf_map: 304,
  bpf_cgroup_storage_map: 328,
  bpf_local_storage_map: 448,
  bpf_local_storage_map_bucket: 16,
  bpf_struct_ops_map: 448,
  /** Its link and its kallsyms entry, 8 bytes each. */
  bpf_struct_ops_function: 16,
  bpf_dtab: 344,
  bpf_dtab_netdev: 64,
  bpf_cpu_map: 304,
  xsk_map: 304,
  bpf_stab: 376,
  bpf_shtab: 384,
  shtab_bucket: 16,
  reuseport_array: 296,
  bpf_stack_map: 320,
  stack_map_bucket: 16,
  lpm_trie_node: 24,
  pointer: 8,
  /** What the allocator adds to each element that is made on demand. */
  llist_node: 8,
} as const;
