import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { PerfEventArrayMap } from '../maps/perf-event-array.ts';
import { readKernel, result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

const INDEX_MASK = BigInt(bpf_flags.BPF_F_INDEX_MASK);
/** How many bytes of the packet go behind the data: bits 32 to 51. */
const CTXLEN_MASK = 0xf_ffffn << 32n;
const PERF_RECORD_MISC_KERNEL = 1;

/** Writes data, and `extra` bytes of the packet, to the event in the slot that the flags name. */
function output(exec: Execution, address: bigint, flags: bigint, parts: readonly Uint8Array[]): bigint {
  const { state } = scopeOf(exec).runtime;
  const map = mapOf(exec, address);
  if (!(map instanceof PerfEventArrayMap)) return result(-errno.EINVAL);
  const wanted = Number(flags & INDEX_MASK);
  const index = wanted === Number(INDEX_MASK) ? exec.cpu : wanted;
  if (index >= map.attr.maxEntries) return result(-errno.E2BIG);
  const event = state.perfEvents.get(map.idAt(index));
  if (!event) return result(-errno.ENOENT);
  if (event.attr.event.type !== 'bpf_output') return result(-errno.EINVAL);
  const { cpu } = event.attr;
  if (cpu !== undefined && cpu >= 0 && cpu !== exec.cpu) return result(-errno.ENOTSUP);
  const { ring } = event;
  if (!event.enabled || !ring) return 0n;
  const time = event.attr.sampleTime ? state.clock.now() : undefined;
  if (!ring.outputRaw({ misc: PERF_RECORD_MISC_KERNEL, time }, ...parts)) return result(-errno.ENOSPC);
  state.waiters.wake(`perf_event ${event.id}`);
  return 0n;
}

function outputWithPacket(
  exec: Execution,
  [address, flags, data, size]: readonly [bigint, bigint, bigint, bigint],
): bigint {
  const { packet, runtime } = scopeOf(exec);
  if (flags & ~(INDEX_MASK | CTXLEN_MASK)) return result(-errno.EINVAL);
  const bytes = readKernel(runtime.state.memory, data, u32(size));
  if (!bytes) return result(-errno.EFAULT);
  const extra = Number((flags & CTXLEN_MASK) >> 32n);
  if (extra === 0) return output(exec, address, flags, [bytes]);
  const behind = packet?.load(0, extra);
  return behind ? output(exec, address, flags, [bytes, behind]) : result(-errno.EFAULT);
}

/** Records for user space, in one ring a CPU. */
export const perfHelpers: HelperFamily = {
  BPF_FUNC_perf_event_output(exec, _context, address, flags, data, size) {
    if (scopeOf(exec).packet) return outputWithPacket(exec, [address, flags, data, size]);
    if (flags & ~INDEX_MASK) return result(-errno.EINVAL);
    const bytes = readKernel(scopeOf(exec).runtime.state.memory, data, u32(size));
    return bytes ? output(exec, address, flags, [bytes]) : result(-errno.EFAULT);
  },
  BPF_FUNC_skb_output: (exec, _skb, address, flags, data, size) => outputWithPacket(exec, [address, flags, data, size]),
  BPF_FUNC_xdp_output: (exec, _xdp, address, flags, data, size) => outputWithPacket(exec, [address, flags, data, size]),
};
