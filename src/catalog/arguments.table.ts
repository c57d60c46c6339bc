// Pointers among the arguments of hooks, and what is known of them (Linux 6.18).

/** An argument of an iterator's program. */
export interface IteratorArgument {
  /** A buffer whose size the iterator's map tells, or an object. */
  readonly type: 'buffer' | 'object';
  readonly readOnly?: boolean;
  /** Objects: sure to be valid. */
  readonly trusted?: boolean;
  /** Objects: default true, after the last one there is none. */
  readonly nullable?: boolean;
}

const TRUSTED: IteratorArgument = { type: 'object', trusted: true };
const OBJECT: IteratorArgument = { type: 'object' };
const KEY: IteratorArgument = { type: 'buffer', readOnly: true };
const VALUE: IteratorArgument = { type: 'buffer' };

/** By iterator: its arguments of which more is known than their types, by their place. */
export const iteratorArguments: Readonly<Record<string, Readonly<Record<number, IteratorArgument>>>> = {
  bpf_link: { 1: OBJECT },
  bpf_map: { 1: TRUSTED },
  bpf_map_elem: { 2: KEY, 3: VALUE },
  bpf_prog: { 1: OBJECT },
  bpf_sk_storage_map: { 2: OBJECT, 3: VALUE },
  cgroup: { 1: TRUSTED },
  dmabuf: { 1: OBJECT },
  ipv6_route: { 1: OBJECT },
  kmem_cache: { 1: TRUSTED },
  ksym: { 1: OBJECT },
  netlink: { 1: OBJECT },
  sockmap: { 2: KEY, 3: OBJECT },
  task: { 1: TRUSTED },
  task_file: { 1: OBJECT, 3: OBJECT },
  task_vma: { 1: OBJECT, 2: OBJECT },
  tcp: { 1: TRUSTED },
  udp: { 1: TRUSTED },
  unix: { 1: OBJECT },
};

/**
 * By tracepoint, a letter for each argument: `n` may be null, `e` may be an error, `-` neither. As Linux 6.18 shows in the
 * log of a program that loads the argument, for every tracepoint of its BTF.
 */
export const nullableTracepoints: Readonly<Record<string, string>> = {
  break_lease_block: '-n',
  break_lease_noblock: '-n',
  break_lease_unblock: '-n',
  ext4_mballoc_discard: '-n',
  ext4_mballoc_free: '-n',
  fcntl_setlk: '-n',
  fib_table_lookup: '--n',
  flock_lock_inode: '-n',
  folio_wait_writeback: '-n',
  generic_delete_lease: '-n',
  hugetlbfs_alloc_inode: '-n',
  kfree_skb: '---n',
  locks_remove_posix: '-n',
  mm_collapse_huge_page_isolate: 'n',
  mm_khugepaged_collapse_file: '-n',
  mm_khugepaged_scan_file: '-n',
  mm_khugepaged_scan_pmd: '-n',
  mm_page_alloc: 'n',
  mm_page_alloc_zone_locked: 'n',
  mm_page_pcpu_drain: 'n',
  posix_lock_inode: '-n',
  qdisc_dequeue: '---n',
  sched_pi_setprio: '-n',
  sched_stick_numa: '--n',
  sched_swap_numa: '--n',
  tcp_send_reset: 'nn',
  tcp_sendmsg_locked: '--n',
  time_out_leases: '-n',
  tmigr_update_events: 'n',
  writeback_dirty_folio: '-n',
  xfs_blockgc_flush_all: 'n',
  xfs_blockgc_free_space: '-n',
  xfs_blockgc_start: 'n',
  xfs_blockgc_stop: 'n',
  xfs_blockgc_worker: 'n',
  xfs_btree_overlapped_query_range: '--n',
  xfs_btree_updkeys: '--n',
  xfs_defer_add_item: 'n',
  xfs_defer_cancel_item: 'n',
  xfs_defer_cancel_list: 'n',
  xfs_defer_create_intent: 'n',
  xfs_defer_finish_item: 'n',
  xfs_defer_isolate_paused: 'n',
  xfs_defer_item_pause: 'n',
  xfs_defer_item_unpause: 'n',
  xfs_defer_pending_abort: 'n',
  xfs_defer_pending_finish: 'n',
  xfs_defer_relog_intent: 'n',
  xfs_fs_sync_fs: 'n',
  xfs_inodegc_flush: 'n',
  xfs_inodegc_push: 'n',
  xfs_inodegc_queue: 'n',
  xfs_inodegc_start: 'n',
  xfs_inodegc_stop: 'n',
  xfs_inodegc_throttle: 'n',
  xfs_ioc_free_eofblocks: '-n',
  xfs_map_blocks_alloc: '----n',
  xfs_map_blocks_found: '----n',
};
