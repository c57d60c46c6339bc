import { bpf_flags, errno } from '../../uapi/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { getU32, kernelPlace, result, setU32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** Locks and loops. One CPU runs at a time, so a lock is only seen to be held. */
export const syncHelpers: HelperFamily = {
  BPF_FUNC_spin_lock(exec, lock) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, lock, 4);
    if (place >= 0) setU32(state, place, getU32(state, place) + 1);
    return 0n;
  },
  BPF_FUNC_spin_unlock(exec, lock) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, lock, 4);
    if (place >= 0) setU32(state, place, 0);
    return 0n;
  },
  BPF_FUNC_loop(exec, count, callback, context, flags) {
    const times = BigInt.asUintN(32, count);
    if (flags !== 0n) return result(-errno.EINVAL);
    if (times > BigInt(bpf_flags.BPF_MAX_LOOPS)) return result(-errno.E2BIG);
    for (let i = 0n; i < times; i++) {
      if (exec.call(callback, i, context) !== 0n) return i + 1n;
    }
    return times;
  },
};
