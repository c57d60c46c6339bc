import { bpf_flags, errno } from '../../uapi/index.ts';
import { kernelOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { TIMER_EVENT, timerAt } from '../hooks/timer.ts';
import { kernelPlace, result } from './access.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

const CLOCKS: ReadonlySet<bigint> = new Set([0n, 1n, 7n]);
const START_FLAGS = BigInt(bpf_flags.BPF_F_TIMER_ABS | bpf_flags.BPF_F_TIMER_CPU_PIN);

/** Timers that stand in map values. Their state is in the value: see hooks/timer.ts. */
export const timerHelpers: HelperFamily = {
  BPF_FUNC_timer_init(exec, address, map, flags) {
    const { state } = scopeOf(exec).runtime;
    const owner = mapOf(exec, map);
    if (!owner || !CLOCKS.has(flags)) return result(-errno.EINVAL);
    const timer = timerAt(state, kernelPlace(state.memory, address, 16));
    if (!timer) return result(-errno.EINVAL);
    if (timer.initialized) return result(-errno.EBUSY);
    timer.init(owner.id);
    return 0n;
  },
  BPF_FUNC_timer_set_callback(exec, address, callback) {
    const { prog, runtime } = scopeOf(exec);
    const timer = timerAt(runtime.state, kernelPlace(runtime.state.memory, address, 16));
    if (!timer?.initialized) return result(-errno.EINVAL);
    timer.setCallback(callback, prog.header.id);
    return 0n;
  },
  BPF_FUNC_timer_start(exec, address, after, flags) {
    const { state } = scopeOf(exec).runtime;
    const timer = timerAt(state, kernelPlace(state.memory, address, 16));
    if (flags & ~START_FLAGS || !timer?.initialized || timer.callback === 0n) return result(-errno.EINVAL);
    const absolute = (flags & BigInt(bpf_flags.BPF_F_TIMER_ABS)) !== 0n;
    timer.cancel();
    const at = absolute ? after : state.clock.now() + after;
    state.events.schedule(at, TIMER_EVENT, { map: timer.mapId, place: kernelOffset(address) });
    return 0n;
  },
  BPF_FUNC_timer_cancel(exec, address) {
    const { state } = scopeOf(exec).runtime;
    const timer = timerAt(state, kernelPlace(state.memory, address, 16));
    if (!timer?.initialized) return result(-errno.EINVAL);
    const waiting = timer.cancel();
    timer.setCallback(0n, 0);
    return waiting ? 1n : 0n;
  },
};
