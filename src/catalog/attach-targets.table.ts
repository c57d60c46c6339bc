/*
 * What programs may be attached to, where the kernel's BTF does not say it.
 * @see kernel/bpf/bpf_lsm.c, Documentation/bpf/bpf_lsm.rst, Documentation/fault-injection (v6.12), and what Linux 6.18 said
 */

const list = (names: string): readonly string[] => names.trim().split(/\s+/);

/** LSM hooks, without `bpf_lsm_`, that take no programs: what they return is more than an errno. */
export const LSM_DISABLED = list(`
  vm_enough_memory inode_need_killpriv inode_getsecurity inode_listsecurity inode_copy_up_xattr getselfattr getprocattr
  setprocattr key_getsecurity audit_rule_match xfrm_decode_session ismaclabel`);

/** LSM hooks where programs may sleep. */
export const LSM_SLEEPABLE = list(`
  bpf bpf_map bpf_map_create bpf_map_free bpf_prog bpf_prog_load bpf_prog_free bpf_token_create bpf_token_free bpf_token_cmd
  bpf_token_capable bprm_check_security bprm_committed_creds bprm_committing_creds bprm_creds_for_exec bprm_creds_from_file
  capget capset cred_prepare file_ioctl file_lock file_open file_post_open file_receive inode_create inode_free_security
  inode_getattr inode_getxattr inode_mknod inode_need_killpriv inode_post_setxattr inode_post_removexattr inode_readlink
  inode_rename inode_rmdir inode_setattr inode_setxattr inode_symlink inode_unlink kernel_module_request kernel_read_file
  kernfs_init_security path_unlink path_mkdir path_rmdir path_truncate path_symlink path_link path_rename path_chmod
  path_chown mmap_file netlink_send path_notify release_secctx sb_alloc_security sb_eat_lsm_opts sb_kern_mount sb_mount
  sb_remount sb_set_mnt_opts sb_show_options sb_statfs sb_umount settime socket_accept socket_bind socket_connect
  socket_create socket_getpeername socket_getpeersec_dgram socket_getsockname socket_getsockopt socket_listen
  socket_post_create socket_recvmsg socket_sendmsg socket_shutdown socket_socketpair syslog task_alloc
  current_getsecid_subj task_getsecid_obj task_prctl task_setscheduler userns_create`);

/** LSM hooks whose arguments are being built, or torn down: they are not sure to be whole. */
export const LSM_UNTRUSTED = list(`
  bpf_map_free bpf_prog_free file_alloc_security file_free_security sk_alloc_security sk_free_security task_free`);

/** LSM hooks that return a truth value. */
export const LSM_BOOLEAN = list('xfrm_state_pol_flow_match audit_rule_known inode_xattr_skipcap');

/** LSM hooks in which programs of control groups may change a socket's options. */
export const LSM_SOCKOPT = list('sock_graft inet_csk_clone inet_conn_established socket_post_create socket_socketpair');

/** Functions whose result a program may replace, and whether it may sleep there. */
export const MODIFY_RETURN: Readonly<Record<string, 'sleeps' | 'fast'>> = {
  bpf_modify_return_test: 'fast',
  bpf_modify_return_test2: 'fast',
  bpf_modify_return_test_tp: 'fast',
  bpf_fentry_test1: 'sleeps',
  update_socket_protocol: 'fast',
};

/** Functions that errors may be injected into, beside system calls. */
export const ERROR_INJECTION = list(`
  __filemap_add_folio btrfs_check_leaf btrfs_check_node btrfs_cow_block btrfs_search_slot btrfs_should_cancel_balance
  io_ctl_init open_ctree page_pool_alloc_pages page_pool_alloc_netmems should_fail_alloc_page should_fail_bio
  should_failslab`);
/** Those of them that are called where nothing may sleep. */
export const ERROR_INJECTION_FAST = list('__filemap_add_folio should_fail_alloc_page should_failslab');

/** Functions that no tracing program is attached to: it would call them itself. */
export const NEVER_TRACED = list(`
  migrate_disable migrate_enable rcu_read_unlock_strict preempt_count_add preempt_count_sub __rcu_read_lock
  __rcu_read_unlock`);

/** Functions that do not return. */
export const NEVER_RETURN = list(`
  __ia32_sys_exit __ia32_sys_exit_group __kunit_abort kunit_try_catch_throw __module_put_and_kthread_exit __x64_sys_exit
  __x64_sys_exit_group do_exit do_group_exit kthread_complete_and_exit kthread_exit make_task_dead`);

/** Which members of a struct of operations a program may stand for; what is not said is allowed. */
export interface StructOpsRule {
  /** Only these. */
  readonly only?: readonly string[];
  /** All but these. */
  readonly without?: readonly string[];
  /** The members where a program may sleep. */
  readonly sleepable?: readonly string[];
}

export const STRUCT_OPS: Readonly<Record<string, StructOpsRule>> = {
  bpf_dummy_ops: { sleepable: ['test_sleepable'] },
  tcp_congestion_ops: { without: ['get_info'] },
  bpf_testmod_ops: { without: ['unsupported_ops'] },
  Qdisc_ops: { only: list('enqueue dequeue init reset destroy') },
  hid_bpf_ops: { sleepable: list('hid_rdesc_fixup hid_hw_request hid_hw_output_report') },
  sched_ext_ops: {
    sleepable: list(`
      init_task cgroup_init cgroup_exit cgroup_prep_move cpu_online cpu_offline init exit`),
  },
};
