import { encodeUtf8 } from '../../base/index.ts';
import { errno } from '../../uapi/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { kernelPlace, result, setU32, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** Id of the root of the cgroup tree: every task is in it until cgroups can be made. */
const ROOT_CGROUP_ID = 1n;

/** The task, its identity and its CPU. */
export const taskHelpers: HelperFamily = {
  BPF_FUNC_get_current_pid_tgid(exec) {
    const { pid, tgid } = scopeOf(exec).task.info;
    return (BigInt(tgid) << 32n) | BigInt(pid);
  },
  BPF_FUNC_get_current_uid_gid(exec) {
    const { uid, gid } = scopeOf(exec).task.info;
    return (BigInt(gid) << 32n) | BigInt(uid);
  },
  BPF_FUNC_get_current_comm(exec, buffer, size) {
    const { task, runtime } = scopeOf(exec);
    const length = u32(size);
    const place = kernelPlace(runtime.state.memory, buffer, length);
    if (place < 0 || length === 0) return result(-errno.EINVAL);
    const text = encodeUtf8(task.info.comm).subarray(0, Math.min(15, length - 1));
    const bytes = runtime.state.memory.bytes();
    bytes.fill(0, place, place + length);
    bytes.set(text, place);
    return 0n;
  },
  BPF_FUNC_get_current_task: (exec) => scopeOf(exec).task.struct.address,
  BPF_FUNC_get_current_task_btf: (exec) => scopeOf(exec).task.struct.address,
  BPF_FUNC_task_pt_regs(exec, task) {
    const { runtime } = scopeOf(exec);
    const found = [scopeOf(exec).task, ...runtime.tasks.list()].find((one) => one.struct.address === task);
    return found ? found.registers.address : 0n;
  },
  BPF_FUNC_get_current_cgroup_id: () => ROOT_CGROUP_ID,
  BPF_FUNC_get_current_ancestor_cgroup_id: (_exec, level) => (BigInt.asIntN(32, level) === 0n ? ROOT_CGROUP_ID : 0n),
  BPF_FUNC_get_smp_processor_id: (exec) => BigInt(exec.cpu),
  BPF_FUNC_get_numa_node_id: () => 0n,
  BPF_FUNC_get_ns_current_pid_tgid(exec, _dev, _inode, info, size) {
    const { task, runtime } = scopeOf(exec);
    const place = kernelPlace(runtime.state.memory, info, 8);
    if (u32(size) !== 8 || place < 0) return result(-errno.EINVAL);
    setU32(runtime.state, place, task.info.pid);
    setU32(runtime.state, place + 4, task.info.tgid);
    return 0n;
  },
  BPF_FUNC_send_signal: () => 0n,
  BPF_FUNC_send_signal_thread: () => 0n,
  BPF_FUNC_get_retval: (exec) => result(scopeOf(exec).returnValue),
  BPF_FUNC_set_retval(exec, value) {
    scopeOf(exec).returnValue = Number(BigInt.asIntN(32, value));
    return 0n;
  },
};
