import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { kernelAddress, kernelOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { CgroupStorageMap } from '../maps/cgroup-storage.ts';
import { LocalStorageMap } from '../maps/local-storage.ts';
import { getU64, kernelPlace, readKernel, result, setU64, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

const F_CREATE = 1n;

/** The owner's value; a new one where the flags ask for it. */
function storageGet(
  exec: Execution,
  address: bigint,
  owner: number | undefined,
  [value, flags]: readonly [bigint, bigint],
): bigint {
  const map = mapOf(exec, address);
  if (!(map instanceof LocalStorageMap) || owner === undefined || flags & ~F_CREATE) return 0n;
  const known = map.storageOf(owner);
  if (known !== 0 || !(flags & F_CREATE)) return kernelAddress(known);
  const { memory } = scopeOf(exec).runtime.state;
  const initial = value === 0n ? undefined : readKernel(memory, value, map.attr.valueSize);
  return kernelAddress(map.createStorage(owner, initial));
}

function storageDelete(exec: Execution, address: bigint, owner: number | undefined): bigint {
  const map = mapOf(exec, address);
  if (!(map instanceof LocalStorageMap) || owner === undefined) return result(-errno.EINVAL);
  return result(map.deleteStorage(owner));
}

/** A socket's storage is known by where it lies; it goes when the run is over, with the socket. */
function sockOwner(exec: Execution, address: bigint, sock: bigint): number | undefined {
  const offset = kernelOffset(sock);
  if (offset <= 0) return undefined;
  const map = mapOf(exec, address);
  if (map instanceof LocalStorageMap) scopeOf(exec).cleanup.push(() => map.deleteStorage(offset));
  return offset;
}

function taskOwner(exec: Execution, task: bigint): number | undefined {
  const { runtime, task: current } = scopeOf(exec);
  return [current, ...runtime.tasks.list()].find((one) => one.struct.address === task)?.info.pid;
}

/** Id of the root of the cgroup tree, the one that programs can get hold of. */
function cgroupOwner(exec: Execution, cgroup: bigint): number | undefined {
  return cgroup === scopeOf(exec).runtime.rootCgroup() ? 1 : undefined;
}

/** The key of the storage that a cgroup program has while it is run on demand: it is in no cgroup. */
const DETACHED = new Uint8Array(16);

/** Values that belong to sockets, tasks and cgroups, and pointers in values. */
export const storageHelpers: HelperFamily = {
  BPF_FUNC_sk_storage_get: (exec, map, sock, value, flags) =>
    storageGet(exec, map, sockOwner(exec, map, sock), [value, flags]),
  BPF_FUNC_sk_storage_delete: (exec, map, sock) => storageDelete(exec, map, sockOwner(exec, map, sock)),
  BPF_FUNC_task_storage_get: (exec, map, task, value, flags) =>
    storageGet(exec, map, taskOwner(exec, task), [value, flags]),
  BPF_FUNC_task_storage_delete: (exec, map, task) => storageDelete(exec, map, taskOwner(exec, task)),
  BPF_FUNC_cgrp_storage_get: (exec, map, cgroup, value, flags) =>
    storageGet(exec, map, cgroupOwner(exec, cgroup), [value, flags]),
  BPF_FUNC_cgrp_storage_delete: (exec, map, cgroup) => storageDelete(exec, map, cgroupOwner(exec, cgroup)),
  BPF_FUNC_get_local_storage(exec, address) {
    const map = mapOf(exec, address);
    if (!(map instanceof CgroupStorageMap)) return 0n;
    const key = DETACHED.subarray(0, map.attr.keySize);
    if (map.storageOf(key, exec.cpu) === 0) {
      if (map.attached(key) !== 0) return 0n;
      scopeOf(exec).cleanup.push(() => map.detached(key));
    }
    return kernelAddress(map.storageOf(key, exec.cpu));
  },
  BPF_FUNC_kptr_xchg(exec, to, pointer) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, to, 8);
    if (place < 0) return 0n;
    const old = getU64(state, place);
    setU64(state, place, pointer);
    return old;
  },
  BPF_FUNC_per_cpu_ptr: (exec, pointer, cpu) => (u32(cpu) < scopeOf(exec).runtime.state.profile.cpus ? pointer : 0n),
  BPF_FUNC_this_cpu_ptr: (_exec, pointer) => pointer,
};
