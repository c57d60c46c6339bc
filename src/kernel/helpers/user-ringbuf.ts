import { bpf_flags, errno } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { UserRingbufMap } from '../maps/user-ringbuf.ts';
import { result } from './access.ts';
import { dynptrKind, initDynptr } from './dynptr.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

/** Most records that one call hands to the program. */
const MAX_SAMPLES = 128 * 1024;
const WAKEUP_FLAGS = BigInt(bpf_flags.BPF_RB_NO_WAKEUP | bpf_flags.BPF_RB_FORCE_WAKEUP);

/** Records that a process wrote. */
export const userRingbufHelpers: HelperFamily = {
  BPF_FUNC_user_ringbuf_drain(exec, address, callback, context, flags) {
    const { state } = scopeOf(exec).runtime;
    const map = mapOf(exec, address);
    if (flags & ~WAKEUP_FLAGS || !(map instanceof UserRingbufMap)) return result(-errno.EINVAL);
    const dynptr = state.memory.alloc(16, { kind: 'object', name: 'dynptr of a record' });
    const at = kernelAddress(dynptr.offset);
    let count = 0;
    try {
      for (; count < MAX_SAMPLES; count++) {
        const record = map.peek();
        if (typeof record === 'number') {
          if (record === -errno.ENODATA || record === -errno.EAGAIN) break;
          return result(record);
        }
        const options = {
          kind: dynptrKind.local,
          readOnly: true,
          address: kernelAddress(record.place),
          size: record.length,
        };
        initDynptr(exec, at, options);
        const stop = exec.call(callback, at, context);
        map.consume(record);
        if (stop !== 0n) {
          count++;
          break;
        }
      }
    } finally {
      state.memory.free(dynptr);
    }
    if (count > 0 && !(flags & BigInt(bpf_flags.BPF_RB_NO_WAKEUP))) state.waiters.wake(`map ${map.id}`);
    return BigInt(count);
  },
};
