import type { KernelState } from '../core/state.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { HelperFamily } from './family.ts';

/** Seconds that TAI is ahead of UTC, once a time service has told the kernel; it begins at 0. */
const TAI_OFFSET_NS = 0n;
/** The tick counter begins five minutes before it wraps at 32 bits. */
const INITIAL_TICK_SECONDS = -300;

function ticksPerSecond(state: KernelState): number {
  const hz = Number(state.profile.config.get('CONFIG_HZ') ?? 250);
  return Number.isInteger(hz) && hz > 0 ? hz : 250;
}

/** Clocks. Boot time equals monotonic time: the emulated machine is never suspended. */
export const timeHelpers: HelperFamily = {
  BPF_FUNC_ktime_get_ns: (exec) => scopeOf(exec).runtime.state.clock.now(),
  BPF_FUNC_ktime_get_boot_ns: (exec) => scopeOf(exec).runtime.state.clock.now(),
  BPF_FUNC_ktime_get_coarse_ns(exec) {
    const { state } = scopeOf(exec).runtime;
    const tick = 1_000_000_000n / BigInt(ticksPerSecond(state));
    return (state.clock.now() / tick) * tick;
  },
  BPF_FUNC_ktime_get_tai_ns(exec) {
    const { clock } = scopeOf(exec).runtime.state;
    return clock.now() + clock.bootTimeNs + TAI_OFFSET_NS;
  },
  BPF_FUNC_jiffies64(exec) {
    const { state } = scopeOf(exec).runtime;
    const hz = ticksPerSecond(state);
    return BigInt((INITIAL_TICK_SECONDS * hz) >>> 0) + (state.clock.now() * BigInt(hz)) / 1_000_000_000n;
  },
  BPF_FUNC_get_prandom_u32: (exec) => BigInt(scopeOf(exec).runtime.state.random.u32()),
};
