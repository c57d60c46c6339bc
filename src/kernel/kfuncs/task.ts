import type { Execution } from '../../vm/index.ts';
import { u32 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/** Id of the root of the cgroup tree. */
const ROOT_CGROUP_ID = 1n;

function taskByPid(exec: Execution, pid: bigint): bigint {
  return u32(pid) === 0 ? 0n : (scopeOf(exec).runtime.tasks.get(u32(pid))?.struct.address ?? 0n);
}

/** Tasks and cgroups. Both live as long as the world lets them: references are not counted. */
export const taskKfuncs: KfuncFamily = {
  bpf_task_acquire: (_exec, task) => task,
  bpf_task_release: () => 0n,
  bpf_task_from_pid: taskByPid,
  bpf_task_from_vpid: taskByPid,
  bpf_cgroup_acquire: (_exec, cgroup) => cgroup,
  bpf_cgroup_release: () => 0n,
  bpf_cgroup_ancestor: (exec, cgroup, level) => (u32(level) === 0 ? scopeOf(exec).runtime.rootCgroup() : cgroup && 0n),
  bpf_cgroup_from_id: (exec, id) => (id === ROOT_CGROUP_ID ? scopeOf(exec).runtime.rootCgroup() : 0n),
  bpf_task_under_cgroup: (exec, _task, cgroup) => (cgroup === scopeOf(exec).runtime.rootCgroup() ? 1n : 0n),
};
