import type { HELPER_SETS } from './helper-sets.table.ts';

type SetName = keyof typeof HELPER_SETS;

/** Helpers that only some programs had before a version. */
export interface WidenedHelpers {
  readonly since: string;
  /** Names, as in `helper-sets.table.ts`. */
  readonly helpers: string;
  /** Which sets had them before. */
  readonly before: readonly SetName[];
  /** The commit of Linux. */
  readonly source: string;
}

const TRACING: readonly SetName[] = [
  'kprobe',
  'kprobe_multi',
  'tracepoint',
  'perf_event',
  'syscall',
  'tp_btf',
  'trampoline',
  'iter',
  'iter_socket',
  'lsm',
  'lsm_cgroup',
  'lsm_cgroup_socket',
];
const SOCK_ADDR: readonly SetName[] = ['sock_addr', 'sock_addr_connect', 'sock_addr_without_result'];
const CGROUP: readonly SetName[] = [
  ...SOCK_ADDR,
  'cgroup_sock',
  'cgroup_device',
  'cgroup_sysctl',
  'cgroup_getsockopt',
  'cgroup_setsockopt',
];
const TASK: readonly SetName[] = [...TRACING, ...SOCK_ADDR, 'cgroup_sock', 'sk_msg'];

/** @see https://docs.ebpf.io/linux/helper-function/ (data/helpers-functions.yaml of its sources) */
export const WIDENED_HELPERS: readonly WidenedHelpers[] = [
  {
    since: '6.4',
    helpers: 'get_current_cgroup_id get_current_ancestor_cgroup_id',
    before: [...TRACING, ...CGROUP, 'sk_msg'],
    source: 'c501bf55c88b',
  },
  { since: '6.10', helpers: 'get_current_pid_tgid', before: TASK, source: 'eb166e522c77' },
  { since: '6.10', helpers: 'get_ns_current_pid_tgid', before: TRACING, source: 'eb166e522c77' },
  { since: '6.13', helpers: 'get_netns_cookie', before: [...CGROUP, 'sock_ops', 'sk_msg'], source: 'eb62f49de7ec' },
  {
    since: '6.15',
    helpers: 'get_netns_cookie',
    before: [...CGROUP, 'sock_ops', 'sk_msg', 'sched_cls'],
    source: 'c221d3744ad3',
  },
  {
    since: '6.16',
    helpers: 'get_current_uid_gid',
    before: [...TRACING, ...CGROUP, 'sk_msg'],
    source: 'ee971630f20f',
  },
  {
    since: '6.16',
    helpers: 'get_current_comm',
    before: [...TRACING, ...SOCK_ADDR, 'cgroup_sock'],
    source: 'ee971630f20f',
  },
  {
    since: '6.16',
    helpers: `current_task_under_cgroup perf_event_read perf_event_read_value get_branch_snapshot send_signal
      send_signal_thread get_task_stack find_vma task_storage_get task_storage_delete copy_from_user copy_from_user_task`,
    before: TRACING,
    source: 'ee971630f20f',
  },
];
