import { sizeOf } from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { result, u32, writeKernel } from '../helpers/access.ts';
import { probeHelpers } from '../helpers/probe.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/** A new object of a type of the program's own BTF. */
function newObject(exec: Execution, typeId: bigint): bigint {
  const { prog, runtime } = scopeOf(exec);
  const btf = runtime.state.btfs.get(prog.header.btfId)?.types();
  const id = u32(typeId);
  const size = btf?.has(id) ? sizeOf(btf, id) : undefined;
  return size ? runtime.heap.create(size, btf?.nameOf(id) || 'object', id) : 0n;
}

function drop(exec: Execution, address: bigint): bigint {
  scopeOf(exec).runtime.heap.drop(address);
  return 0n;
}

/** Copies a string of the task; BPF_F_PAD_ZEROS fills what is left. */
function copyUserString(exec: Execution, [to, size, from, flags]: readonly [bigint, bigint, bigint, bigint]): bigint {
  if (flags & ~1n) return result(-errno.EINVAL);
  const copied = probeHelpers.BPF_FUNC_probe_read_user_str?.(exec, to, size, from, 0n, 0n) ?? 0n;
  const count = Number(BigInt.asIntN(64, copied));
  const rest = u32(size) - count;
  if (flags === 1n && count > 0 && rest > 0) {
    writeKernel(scopeOf(exec).runtime.state.memory, to + BigInt(count), new Uint8Array(rest));
  }
  return copied;
}

/** Objects of programs' own types, and casts. */
export const objectKfuncs: KfuncFamily = {
  bpf_obj_new_impl: newObject,
  bpf_percpu_obj_new_impl: newObject,
  bpf_obj_drop_impl: drop,
  bpf_percpu_obj_drop_impl: drop,
  bpf_refcount_acquire_impl(exec, address) {
    scopeOf(exec).runtime.heap.hold(address);
    return address;
  },
  bpf_cast_to_kern_ctx: (_exec, context) => context,
  bpf_rdonly_cast: (_exec, pointer) => pointer,
  bpf_rcu_read_lock: () => 0n,
  bpf_rcu_read_unlock: () => 0n,
  bpf_preempt_disable: () => 0n,
  bpf_preempt_enable: () => 0n,
  bpf_local_irq_save: () => 0n,
  bpf_local_irq_restore: () => 0n,
  bpf_res_spin_lock: () => 0n,
  bpf_res_spin_unlock: () => 0n,
  bpf_res_spin_lock_irqsave: () => 0n,
  bpf_res_spin_unlock_irqrestore: () => 0n,
  bpf_throw(exec, cookie) {
    exec.throw(cookie);
    return 0n;
  },
  bpf_copy_from_user_str: (exec, to, size, from, flags) => copyUserString(exec, [to, size, from, flags]),
  bpf_map_sum_elem_count(exec, address) {
    const map = scopeOf(exec).runtime.state.mapAt(address);
    if (!map) return result(0);
    let count = 0n;
    map.forEachElem(() => {
      count++;
      return 0;
    }, exec.cpu);
    return count;
  },
};
