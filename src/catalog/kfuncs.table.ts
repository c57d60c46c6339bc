/** The groups of programs that kfuncs are offered to. */
export type KfuncHook =
  | 'all'
  | 'xdp'
  | 'sched_cls'
  | 'sched_act'
  | 'struct_ops'
  | 'tracing'
  | 'syscall'
  | 'cgroup'
  | 'sk_skb'
  | 'socket_filter'
  | 'lwt'
  | 'netfilter'
  | 'kprobe';

/** Kfuncs that are offered together. */
export interface KfuncSet {
  readonly hooks: readonly KfuncHook[];
  /** Only some of the hooks' programs have them. */
  readonly only?: 'lsm' | 'iter' | 'session';
  /** Names, each with its flags after a colon. */
  readonly kfuncs: string;
}

/*
 * Which kfuncs there are, what holds for each, and who may call it. What they take and give back is in the kernel's BTF, and
 * so is whether a kernel has them.
 * @see Documentation/bpf/kfuncs.rst (v6.12), and what Linux 6.18 said of those that are newer
 */
export const KFUNC_SETS: readonly KfuncSet[] = [
  {
    // kernel/bpf/helpers.c
    hooks: ['tracing', 'sched_cls', 'xdp', 'struct_ops', 'syscall', 'cgroup'],
    kfuncs: `
      crash_kexec:destructive bpf_obj_new_impl:acquire,null bpf_percpu_obj_new_impl:acquire,null
      bpf_obj_drop_impl:release bpf_percpu_obj_drop_impl:release bpf_refcount_acquire_impl:acquire,null,rcu
      bpf_list_push_front_impl bpf_list_push_back_impl bpf_list_pop_front:acquire,null bpf_list_pop_back:acquire,null
      bpf_task_acquire:acquire,rcu,null bpf_task_release:release bpf_rbtree_remove:acquire,null bpf_rbtree_add_impl
      bpf_rbtree_first:null bpf_cgroup_acquire:acquire,rcu,null bpf_cgroup_release:release
      bpf_cgroup_ancestor:acquire,rcu,null bpf_cgroup_from_id:acquire,null bpf_task_under_cgroup:rcu
      bpf_task_get_cgroup1:acquire,rcu,null bpf_task_from_pid:acquire,null bpf_throw bpf_task_from_vpid:acquire,null
      bpf_send_signal_task:trusted bpf_list_front:null bpf_list_back:null bpf_rbtree_root:null bpf_rbtree_left:null
      bpf_rbtree_right:null`,
  },
  {
    // kernel/bpf/helpers.c
    hooks: ['all'],
    kfuncs: `
      bpf_cast_to_kern_ctx:fastcall bpf_rdonly_cast:fastcall bpf_rcu_read_lock bpf_rcu_read_unlock
      bpf_dynptr_slice:null bpf_dynptr_slice_rdwr:null bpf_iter_num_new:new bpf_iter_num_next:next,null
      bpf_iter_num_destroy:destroy bpf_iter_task_vma_new:new,rcu bpf_iter_task_vma_next:next,null
      bpf_iter_task_vma_destroy:destroy bpf_iter_css_task_new:new,trusted bpf_iter_css_task_next:next,null
      bpf_iter_css_task_destroy:destroy bpf_iter_css_new:new,trusted,rcu_protected bpf_iter_css_next:next,null
      bpf_iter_css_destroy:destroy bpf_iter_task_new:new,trusted,rcu_protected bpf_iter_task_next:next,null
      bpf_iter_task_destroy:destroy bpf_dynptr_adjust bpf_dynptr_is_null bpf_dynptr_is_rdonly bpf_dynptr_size
      bpf_dynptr_clone bpf_modify_return_test_tp bpf_wq_init bpf_wq_set_callback_impl bpf_wq_start bpf_preempt_disable
      bpf_preempt_enable bpf_iter_bits_new:new bpf_iter_bits_next:next,null bpf_iter_bits_destroy:destroy
      bpf_copy_from_user_str:sleeps __bpf_trap bpf_get_kmem_cache bpf_iter_kmem_cache_new:new,sleeps
      bpf_iter_kmem_cache_next:next,null,sleeps bpf_iter_kmem_cache_destroy:destroy,sleeps
      bpf_iter_dmabuf_new:new,sleeps bpf_iter_dmabuf_next:next,null,sleeps bpf_iter_dmabuf_destroy:destroy,sleeps
      bpf_copy_from_user_task_str:sleeps bpf_dynptr_copy bpf_dynptr_memset bpf_local_irq_save bpf_local_irq_restore
      bpf_probe_read_user_dynptr bpf_probe_read_kernel_dynptr bpf_probe_read_user_str_dynptr
      bpf_probe_read_kernel_str_dynptr bpf_copy_from_user_dynptr:sleeps bpf_copy_from_user_str_dynptr:sleeps
      bpf_copy_from_user_task_dynptr:sleeps,trusted bpf_copy_from_user_task_str_dynptr:sleeps,trusted
      bpf_cgroup_read_xattr:rcu bpf_stream_vprintk_impl:trusted bpf_stream_vprintk:trusted
      bpf_task_work_schedule_signal_impl:trusted bpf_task_work_schedule_resume_impl:trusted bpf_strcmp bpf_strcasecmp
      bpf_strchr bpf_strchrnul bpf_strnchr bpf_strrchr bpf_strlen bpf_strnlen bpf_strspn bpf_strcspn bpf_strstr
      bpf_strnstr bpf_res_spin_lock:null bpf_res_spin_unlock bpf_res_spin_lock_irqsave:null
      bpf_res_spin_unlock_irqrestore`,
  },
  {
    // kernel/bpf/arena.c
    hooks: ['all'],
    kfuncs: `
      bpf_arena_alloc_pages:trusted,sleeps bpf_arena_free_pages:trusted,sleeps bpf_arena_reserve_pages:trusted,sleeps`,
  },
  {
    // kernel/bpf/map_iter.c
    hooks: ['all'],
    kfuncs: `
      bpf_map_sum_elem_count:trusted`,
  },
  {
    // kernel/bpf/cpumask.c
    hooks: ['tracing', 'struct_ops', 'syscall'],
    kfuncs: `
      bpf_cpumask_create:acquire,null bpf_cpumask_release:release bpf_cpumask_acquire:acquire,trusted
      bpf_cpumask_first:rcu bpf_cpumask_first_zero:rcu bpf_cpumask_first_and:rcu bpf_cpumask_set_cpu:rcu
      bpf_cpumask_clear_cpu:rcu bpf_cpumask_test_cpu:rcu bpf_cpumask_test_and_set_cpu:rcu
      bpf_cpumask_test_and_clear_cpu:rcu bpf_cpumask_setall:rcu bpf_cpumask_clear:rcu bpf_cpumask_and:rcu
      bpf_cpumask_or:rcu bpf_cpumask_xor:rcu bpf_cpumask_equal:rcu bpf_cpumask_intersects:rcu bpf_cpumask_subset:rcu
      bpf_cpumask_empty:rcu bpf_cpumask_full:rcu bpf_cpumask_copy:rcu bpf_cpumask_any_distribute:rcu
      bpf_cpumask_any_and_distribute:rcu bpf_cpumask_weight:rcu bpf_cpumask_populate:rcu`,
  },
  {
    // kernel/bpf/crypto.c
    hooks: ['syscall'],
    kfuncs: `
      bpf_crypto_ctx_create:acquire,null,sleeps bpf_crypto_ctx_release:release bpf_crypto_ctx_acquire:acquire,rcu,null`,
  },
  {
    // kernel/bpf/crypto.c
    hooks: ['sched_cls', 'sched_act', 'xdp'],
    kfuncs: `
      bpf_crypto_decrypt:rcu bpf_crypto_encrypt:rcu`,
  },
  {
    // kernel/cgroup/rstat.c
    hooks: ['tracing'],
    kfuncs: `
      cgroup_rstat_updated cgroup_rstat_flush:sleeps css_rstat_updated css_rstat_flush:sleeps`,
  },
  {
    // kernel/trace/bpf_trace.c
    hooks: ['tracing', 'sched_cls', 'xdp', 'struct_ops', 'syscall', 'cgroup'],
    kfuncs: `
      bpf_lookup_user_key:acquire,null,sleeps bpf_lookup_system_key:acquire,null bpf_key_put:release
      bpf_verify_pkcs7_signature:sleeps`,
  },
  {
    // kernel/trace/bpf_trace.c
    hooks: ['kprobe'],
    only: 'session',
    kfuncs: `
      bpf_session_is_return bpf_session_cookie`,
  },
  {
    // fs/bpf_fs_kfuncs.c
    hooks: ['tracing'],
    only: 'lsm',
    kfuncs: `
      bpf_get_task_exe_file:acquire,trusted,null bpf_put_file:release bpf_path_d_path:trusted
      bpf_get_dentry_xattr:sleeps,trusted bpf_get_file_xattr:sleeps,trusted bpf_set_dentry_xattr:sleeps,trusted
      bpf_remove_dentry_xattr:sleeps,trusted`,
  },
  {
    // fs/verity/measure.c
    hooks: ['tracing'],
    only: 'lsm',
    kfuncs: `
      bpf_get_fsverity_digest:trusted`,
  },
  {
    // net/core/filter.c
    hooks: ['sched_cls', 'sched_act', 'sk_skb', 'socket_filter', 'cgroup', 'lwt', 'netfilter', 'tracing'],
    kfuncs: `
      bpf_dynptr_from_skb:trusted`,
  },
  {
    // net/core/filter.c
    hooks: ['sched_cls', 'sched_act'],
    kfuncs: `
      bpf_dynptr_from_skb_meta:trusted`,
  },
  {
    // net/core/filter.c
    hooks: ['xdp'],
    kfuncs: `
      bpf_dynptr_from_xdp bpf_xdp_pull_data`,
  },
  {
    // net/core/filter.c
    hooks: ['cgroup'],
    kfuncs: `
      bpf_sock_addr_set_sun_path`,
  },
  {
    // net/core/filter.c
    hooks: ['cgroup'],
    kfuncs: `
      bpf_sock_ops_enable_tx_tstamp:trusted`,
  },
  {
    // net/core/filter.c
    hooks: ['sched_cls'],
    kfuncs: `
      bpf_sk_assign_tcp_reqsk:trusted`,
  },
  {
    // net/core/filter.c
    hooks: ['tracing'],
    only: 'iter',
    kfuncs: `
      bpf_sock_destroy:trusted`,
  },
  {
    // net/core/xdp.c
    hooks: ['xdp'],
    kfuncs: `
      bpf_xdp_metadata_rx_timestamp:trusted bpf_xdp_metadata_rx_hash:trusted bpf_xdp_metadata_rx_vlan_tag:trusted`,
  },
  {
    // net/netfilter/nf_conntrack_bpf.c
    hooks: ['xdp', 'sched_cls'],
    kfuncs: `
      bpf_xdp_ct_alloc:acquire,null bpf_xdp_ct_lookup:acquire,null bpf_skb_ct_alloc:acquire,null
      bpf_skb_ct_lookup:acquire,null bpf_ct_insert_entry:acquire,null,release bpf_ct_release:release
      bpf_ct_set_timeout:trusted bpf_ct_change_timeout:trusted bpf_ct_set_status:trusted bpf_ct_change_status:trusted`,
  },
  {
    // net/netfilter/nf_nat_bpf.c
    hooks: ['xdp', 'sched_cls'],
    kfuncs: `
      bpf_ct_set_nat_info:trusted`,
  },
  {
    // net/netfilter/nf_flow_table_bpf.c
    hooks: ['xdp'],
    kfuncs: `
      bpf_xdp_flow_lookup:trusted,null`,
  },
  {
    // net/xfrm/xfrm_interface_bpf.c
    hooks: ['sched_cls'],
    kfuncs: `
      bpf_skb_get_xfrm_info bpf_skb_set_xfrm_info`,
  },
  {
    // net/xfrm/xfrm_state_bpf.c
    hooks: ['xdp'],
    kfuncs: `
      bpf_xdp_get_xfrm_state:null,acquire bpf_xdp_xfrm_state_release:release`,
  },
  {
    // net/ipv4/fou_bpf.c
    hooks: ['sched_cls'],
    kfuncs: `
      bpf_skb_set_fou_encap bpf_skb_get_fou_encap`,
  },
  {
    // net/ipv4/bpf_tcp_ca.c
    hooks: ['struct_ops'],
    kfuncs: `
      tcp_reno_ssthresh tcp_reno_cong_avoid tcp_reno_undo_cwnd tcp_slow_start tcp_cong_avoid_ai`,
  },
  {
    // net/ipv4/tcp_cubic.c
    hooks: ['struct_ops'],
    kfuncs: `
      cubictcp_init cubictcp_recalc_ssthresh cubictcp_cong_avoid cubictcp_state cubictcp_cwnd_event cubictcp_acked`,
  },
  {
    // net/ipv4/tcp_dctcp.c
    hooks: ['struct_ops'],
    kfuncs: `
      dctcp_init dctcp_update_alpha dctcp_cwnd_event dctcp_ssthresh dctcp_cwnd_undo dctcp_state`,
  },
  {
    // net/ipv4/tcp_bbr.c
    hooks: ['struct_ops'],
    kfuncs: `
      bbr_init bbr_main bbr_sndbuf_expand bbr_undo_cwnd bbr_cwnd_event bbr_ssthresh bbr_min_tso_segs bbr_set_state`,
  },
  {
    // net/bpf/test_run.c
    hooks: ['sched_cls', 'tracing', 'syscall'],
    kfuncs: `
      bpf_kfunc_call_test_release:release bpf_kfunc_call_memb_release:release`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops'],
    kfuncs: `
      scx_bpf_select_cpu_dfl:rcu`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops'],
    kfuncs: `
      scx_bpf_dispatch:rcu scx_bpf_dispatch_vtime:rcu`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops'],
    kfuncs: `
      scx_bpf_dispatch_nr_slots scx_bpf_dispatch_cancel scx_bpf_consume scx_bpf_dispatch_from_dsq_set_slice:rcu
      scx_bpf_dispatch_from_dsq_set_vtime:rcu scx_bpf_dispatch_from_dsq:rcu scx_bpf_dispatch_vtime_from_dsq:rcu`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops'],
    kfuncs: `
      scx_bpf_reenqueue_local`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops', 'syscall'],
    kfuncs: `
      scx_bpf_create_dsq:sleeps scx_bpf_dispatch_from_dsq_set_slice:rcu scx_bpf_dispatch_from_dsq_set_vtime:rcu
      scx_bpf_dispatch_from_dsq:rcu scx_bpf_dispatch_vtime_from_dsq:rcu`,
  },
  {
    // kernel/sched/ext.c
    hooks: ['struct_ops', 'tracing', 'syscall'],
    kfuncs: `
      scx_bpf_kick_cpu scx_bpf_dsq_nr_queued scx_bpf_destroy_dsq bpf_iter_scx_dsq_new:new,rcu_protected
      bpf_iter_scx_dsq_next:next,null bpf_iter_scx_dsq_destroy:destroy scx_bpf_exit_bstr:trusted
      scx_bpf_error_bstr:trusted scx_bpf_dump_bstr:trusted scx_bpf_cpuperf_cap scx_bpf_cpuperf_cur scx_bpf_cpuperf_set
      scx_bpf_nr_cpu_ids scx_bpf_get_possible_cpumask:acquire scx_bpf_get_online_cpumask:acquire
      scx_bpf_put_cpumask:release scx_bpf_get_idle_cpumask:acquire scx_bpf_get_idle_smtmask:acquire
      scx_bpf_put_idle_cpumask:release scx_bpf_test_and_clear_cpu_idle scx_bpf_pick_idle_cpu:rcu
      scx_bpf_pick_any_cpu:rcu scx_bpf_task_running:rcu scx_bpf_task_cpu:rcu scx_bpf_cpu_rq
      scx_bpf_task_cgroup:rcu,acquire`,
  },
  {
    // drivers/hid/bpf/hid_bpf_dispatch.c
    hooks: ['struct_ops'],
    kfuncs: `
      hid_bpf_get_data:null hid_bpf_allocate_context:acquire,null,sleeps hid_bpf_release_context:release,sleeps
      hid_bpf_hw_request:sleeps hid_bpf_hw_output_report:sleeps hid_bpf_input_report:sleeps hid_bpf_try_input_report`,
  },
  {
    // drivers/hid/bpf/hid_bpf_dispatch.c
    hooks: ['syscall'],
    kfuncs: `
      hid_bpf_allocate_context:acquire,null hid_bpf_release_context:release hid_bpf_hw_request
      hid_bpf_hw_output_report hid_bpf_input_report`,
  },
];
