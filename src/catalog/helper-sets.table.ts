/*
 * Which helpers a program may call, by what it is. `name=variant` where it gets one of the variants of `helpers.table.ts`.
 * @see test/data/helpers-6.18.csv, what Linux 6.18 said of each
 */

/** Helpers of every program that has helpers at all. */
const FOR_ALL = `
  map_lookup_elem map_update_elem map_delete_elem map_push_elem map_pop_elem map_peek_elem map_lookup_percpu_elem
  get_prandom_u32 get_smp_processor_id get_numa_node_id tail_call ktime_get_ns ktime_get_boot_ns ktime_get_tai_ns
  ringbuf_output ringbuf_reserve ringbuf_submit ringbuf_discard ringbuf_query
  strncmp strtol strtoul get_current_pid_tgid get_ns_current_pid_tgid get_current_uid_gid`;

/** The same, where the loader has CAP_BPF. */
const FOR_BPF = `
  ringbuf_reserve_dynptr ringbuf_submit_dynptr ringbuf_discard_dynptr dynptr_from_mem dynptr_read dynptr_write dynptr_data
  spin_lock spin_unlock jiffies64 per_cpu_ptr this_cpu_ptr timer_init timer_set_callback timer_start timer_cancel kptr_xchg
  for_each_map_elem loop user_ringbuf_drain cgrp_storage_get cgrp_storage_delete
  get_current_cgroup_id get_current_ancestor_cgroup_id current_task_under_cgroup
  get_cgroup_classid=get_cgroup_classid_current task_storage_get task_storage_delete`;

/** The same, where it has CAP_PERFMON too. */
const FOR_PERFMON = `
  trace_printk trace_vprintk get_current_task get_current_task_btf get_current_comm
  probe_read_user probe_read_kernel probe_read_user_str probe_read_kernel_str snprintf snprintf_btf task_pt_regs
  get_task_stack find_vma copy_from_user copy_from_user_task perf_event_read perf_event_read_value get_branch_snapshot
  send_signal send_signal_thread`;

const BASE = `${FOR_ALL} ${FOR_BPF} ${FOR_PERFMON}`;

const SKC_TO = `
  skc_to_tcp6_sock skc_to_tcp_sock skc_to_tcp_timewait_sock skc_to_tcp_request_sock skc_to_udp6_sock skc_to_unix_sock
  skc_to_mptcp_sock`;

/** Helpers that need a capability of the loader. @see test/data/privileges/helpers-6.18.csv */
export const HELPER_CAPABILITIES = {
  bpf: FOR_BPF,
  perfmon: `${FOR_PERFMON} ${SKC_TO} sys_bpf`,
  sysAdmin: 'probe_write_user',
} as const;

/** Programs of the network. */
const SK = `${BASE} ${SKC_TO} ktime_get_coarse_ns`;

const SYNCOOKIES = `
  tcp_check_syncookie tcp_gen_syncookie tcp_raw_gen_syncookie_ipv4 tcp_raw_gen_syncookie_ipv6
  tcp_raw_check_syncookie_ipv4 tcp_raw_check_syncookie_ipv6`;

const SK_LOOKUPS = 'sk_lookup_tcp sk_lookup_udp skc_lookup_tcp sk_release';
const SK_STORAGE = 'sk_storage_get sk_storage_delete';
const SOCKOPT = 'setsockopt getsockopt';
const SOCKOPT_SK = 'setsockopt=setsockopt_sk getsockopt=getsockopt_sk';

const SOCKET_FILTER = `
  ${SK} skb_load_bytes skb_load_bytes_relative get_socket_cookie get_netns_cookie get_socket_uid perf_event_output`;

const SCHED_CLS = `
  ${SOCKET_FILTER} ${SK_LOOKUPS} ${SK_STORAGE} ${SYNCOOKIES} get_cgroup_classid check_mtu clone_redirect csum_diff csum_level
  csum_update fib_lookup get_hash_recalc get_listener_sock get_route_realm l3_csum_replace l4_csum_replace redirect
  redirect_neigh redirect_peer set_hash set_hash_invalid sk_assign sk_fullsock skb_adjust_room skb_ancestor_cgroup_id
  skb_cgroup_classid skb_cgroup_id skb_change_head skb_change_proto skb_change_tail skb_change_type skb_ecn_set_ce
  skb_get_tunnel_key skb_get_tunnel_opt skb_get_xfrm_state skb_pull_data skb_set_tstamp skb_set_tunnel_key
  skb_set_tunnel_opt skb_store_bytes skb_under_cgroup skb_vlan_pop skb_vlan_push tcp_sock`;

const XDP = `
  ${SK} ${SK_LOOKUPS} ${SYNCOOKIES} check_mtu csum_diff fib_lookup perf_event_output redirect redirect_map
  xdp_adjust_head xdp_adjust_meta xdp_adjust_tail xdp_get_buff_len xdp_load_bytes xdp_store_bytes`;

const LWT_OUT = `
  ${SK} csum_diff get_cgroup_classid get_hash_recalc get_route_realm perf_event_output skb_load_bytes skb_pull_data
  skb_under_cgroup`;

const LWT_XMIT = `
  ${LWT_OUT} clone_redirect csum_level csum_update l3_csum_replace l4_csum_replace lwt_push_encap redirect set_hash_invalid
  skb_change_head skb_change_tail skb_get_tunnel_key skb_get_tunnel_opt skb_set_tunnel_key skb_set_tunnel_opt
  skb_store_bytes`;

const CGROUP_SKB = `
  ${SOCKET_FILTER} ${SK_LOOKUPS} ${SK_STORAGE} get_local_storage get_listener_sock sk_ancestor_cgroup_id sk_cgroup_id
  sk_fullsock skb_ancestor_cgroup_id skb_cgroup_id skb_ecn_set_ce tcp_sock`;

const CGROUP = `${BASE} get_local_storage perf_event_output`;
const RETVAL = 'get_retval set_retval';

const SOCK_ADDR = `
  ${CGROUP} ${SKC_TO} ${SK_STORAGE} ${SOCKOPT} ktime_get_coarse_ns get_netns_cookie get_socket_cookie sk_release
  sk_lookup_tcp=sk_lookup_without_packet sk_lookup_udp=sk_lookup_without_packet skc_lookup_tcp=skc_lookup_without_packet`;

const SK_SKB = `
  ${SK} ${SK_LOOKUPS} get_socket_cookie get_socket_uid perf_event_output sk_redirect_hash sk_redirect_map
  skb_adjust_room skb_change_head skb_change_tail skb_load_bytes skb_pull_data skb_store_bytes`;

/** Programs at probes and tracepoints; `override_return` and `probe_write_user` depend on how the kernel was built. */
const PROBE = `
  ${BASE} get_attach_cookie get_func_ip get_stack get_stackid perf_event_output probe_read probe_read_str probe_write_user`;

/** Programs at functions of the kernel. */
const TRACING = `
  ${BASE} ${SKC_TO} d_path get_func_ip get_stack get_stackid perf_event_output probe_read probe_read_str probe_write_user
  skb_output sock_from_file xdp_output get_socket_cookie=get_socket_cookie_ptr sk_storage_get=sk_storage_get_tracing
  sk_storage_delete=sk_storage_delete_tracing xdp_get_buff_len=xdp_get_buff_len_tracing`;

const TRAMPOLINE = `${TRACING} get_func_arg get_func_arg_cnt get_func_ret get_attach_cookie`;
const ITER = `${TRACING} seq_printf seq_printf_btf seq_write`;
const LSM = `${TRAMPOLINE} ${SK_STORAGE} inode_storage_get inode_storage_delete bprm_opts_set ima_inode_hash ima_file_hash`;
const TCP_CONGESTION = `${BASE} ${SK_STORAGE} ktime_get_coarse_ns tcp_send_ack`;

/** By what the program is. Later names replace earlier ones. */
export const HELPER_SETS = {
  socket_filter: SOCKET_FILTER,
  kprobe: `${PROBE} override_return`,
  kprobe_multi: `${PROBE} override_return get_func_ip=get_func_ip_multi`,
  sched_cls: SCHED_CLS,
  tracepoint: PROBE,
  xdp: XDP,
  perf_event: `${PROBE} get_stackid=get_stackid_perf_event perf_prog_read_value read_branch_records`,
  cgroup_skb: CGROUP_SKB,
  cgroup_sock: `${CGROUP} ${RETVAL} ktime_get_coarse_ns get_netns_cookie get_socket_cookie sk_storage_get=sk_storage_get_of_ctx`,
  lwt_in: `${LWT_OUT} lwt_push_encap`,
  lwt_out: LWT_OUT,
  lwt_xmit: LWT_XMIT,
  lwt_seg6local: `${LWT_OUT} lwt_seg6_action lwt_seg6_adjust_srh lwt_seg6_store_bytes`,
  sock_ops: `${SK} ${SK_STORAGE} ${SOCKOPT} get_local_storage get_netns_cookie get_socket_cookie load_hdr_opt perf_event_output
    reserve_hdr_opt sock_hash_update sock_map_update sock_ops_cb_flags_set store_hdr_opt tcp_sock`,
  sk_skb: SK_SKB,
  cgroup_device: `${CGROUP} ${RETVAL}`,
  sk_msg: `${SK} ${SK_STORAGE} get_netns_cookie msg_apply_bytes msg_cork_bytes msg_pop_data msg_pull_data msg_push_data
    msg_redirect_hash msg_redirect_map perf_event_output`,
  sock_addr: `${SOCK_ADDR} ${RETVAL}`,
  sock_addr_connect: `${SOCK_ADDR} ${RETVAL} bind`,
  sock_addr_without_result: SOCK_ADDR,
  lirc_mode2: `map_lookup_elem map_update_elem map_delete_elem map_push_elem map_pop_elem map_peek_elem ktime_get_ns
    ktime_get_boot_ns tail_call get_prandom_u32 trace_printk rc_repeat rc_keydown rc_pointer_rel`,
  sk_reuseport: `${BASE} ktime_get_coarse_ns get_socket_cookie=get_socket_cookie_ptr sk_select_reuseport skb_load_bytes
    skb_load_bytes_relative`,
  flow_dissector: `${SK} skb_load_bytes`,
  cgroup_sysctl: `${CGROUP} ${RETVAL} ktime_get_coarse_ns sysctl_get_current_value sysctl_get_name sysctl_get_new_value
    sysctl_set_new_value`,
  cgroup_getsockopt: `${CGROUP} ${RETVAL} ${SK_STORAGE} get_netns_cookie tcp_sock`,
  cgroup_setsockopt: `${CGROUP} ${RETVAL} ${SK_STORAGE} ${SOCKOPT_SK} get_netns_cookie tcp_sock`,
  sk_lookup: `${SK} perf_event_output sk_assign=sk_assign_lookup sk_release`,
  syscall: `${TRACING} btf_find_by_name_kind kallsyms_lookup_name sys_bpf sys_close`,
  netfilter: BASE,
  tp_btf: `${TRACING} get_attach_cookie`,
  trampoline: TRAMPOLINE,
  iter: ITER,
  iter_socket: `${ITER} ${SOCKOPT_SK}`,
  lsm: LSM,
  lsm_cgroup: `${LSM} ${RETVAL} get_local_storage`,
  lsm_cgroup_socket: `${LSM} ${RETVAL} ${SOCKOPT_SK} get_local_storage`,
  struct_ops: BASE,
  tcp_congestion: `${TCP_CONGESTION} ${SOCKOPT_SK}`,
  tcp_congestion_release: TCP_CONGESTION,
  none: '',
} as const;
