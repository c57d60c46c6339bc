import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { kernelAddress, kernelOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { RingbufMap, ringOfSample } from '../maps/ringbuf.ts';
import { kernelPlace, result } from './access.ts';
import { dynptrKind, initDynptr, readDynptr, writeDynptr } from './dynptr.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

const WAKEUP_FLAGS = BigInt(bpf_flags.BPF_RB_NO_WAKEUP | bpf_flags.BPF_RB_FORCE_WAKEUP);

function ringOf(exec: Execution, address: bigint): RingbufMap | undefined {
  const map = mapOf(exec, address);
  return map instanceof RingbufMap ? map : undefined;
}

/** Hands a reserved record over, or gives it up. */
function commit(exec: Execution, sample: bigint, flags: bigint, discard: boolean): bigint {
  const { state } = scopeOf(exec).runtime;
  const offset = kernelOffset(sample);
  if (offset <= 0) return 0n;
  const options = { pageSize: state.profile.pageSize, little: state.endian === 'little' };
  ringOf(exec, kernelAddress(ringOfSample(state.memory, offset, options)))?.commit(offset, flags, discard);
  return 0n;
}

function commitDynptr(exec: Execution, at: bigint, flags: bigint, discard: boolean): bigint {
  const dynptr = readDynptr(exec, at);
  if (dynptr) commit(exec, dynptr.address, flags, discard);
  writeDynptr(exec, at, undefined);
  return 0n;
}

/** Records for user space, in one ring for all CPUs. */
export const ringbufHelpers: HelperFamily = {
  BPF_FUNC_ringbuf_output(exec, address, data, size, flags) {
    const { memory } = scopeOf(exec).runtime.state;
    if (flags & ~WAKEUP_FLAGS) return result(-errno.EINVAL);
    const ring = ringOf(exec, address);
    const length = Number(size);
    const place = kernelPlace(memory, data, length);
    if (!ring || place < 0) return result(-errno.EINVAL);
    return result(ring.output(place, length, flags));
  },
  BPF_FUNC_ringbuf_reserve(exec, address, size, flags) {
    if (flags !== 0n || size > 0x3fff_ffffn) return 0n;
    return kernelAddress(ringOf(exec, address)?.reserve(Number(size)) ?? 0);
  },
  BPF_FUNC_ringbuf_submit: (exec, sample, flags) => commit(exec, sample, flags, false),
  BPF_FUNC_ringbuf_discard: (exec, sample, flags) => commit(exec, sample, flags, true),
  BPF_FUNC_ringbuf_query: (exec, address, what) => ringOf(exec, address)?.query(what) ?? 0n,
  BPF_FUNC_ringbuf_reserve_dynptr(exec, address, size, flags, to) {
    const ring = ringOf(exec, address);
    const length = Number(BigInt.asUintN(32, size));
    if (flags !== 0n || !ring || length > 0xff_ffff) {
      writeDynptr(exec, to, undefined);
      return result(flags === 0n && length > 0xff_ffff ? -errno.E2BIG : -errno.EINVAL);
    }
    const sample = ring.reserve(length);
    if (sample === 0) {
      writeDynptr(exec, to, undefined);
      return result(-errno.EINVAL);
    }
    const address2 = kernelAddress(sample);
    return result(initDynptr(exec, to, { kind: dynptrKind.ringbuf, readOnly: false, address: address2, size: length }));
  },
  BPF_FUNC_ringbuf_submit_dynptr: (exec, at, flags) => commitDynptr(exec, at, flags, false),
  BPF_FUNC_ringbuf_discard_dynptr: (exec, at, flags) => commitDynptr(exec, at, flags, true),
};
