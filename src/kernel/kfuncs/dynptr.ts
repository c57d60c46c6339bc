import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import { kernelPlace, result } from '../helpers/access.ts';
import { dynptrBytes, dynptrKind, initDynptr, readDynptr, setDynptrBytes, writeDynptr } from '../helpers/dynptr.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

function fromPacket(
  exec: Execution,
  [context, flags, to]: readonly [bigint, bigint, bigint],
  kind: 'skb' | 'xdp',
): bigint {
  const { packet } = scopeOf(exec);
  if (flags !== 0n || packet?.kind !== kind) {
    writeDynptr(exec, to, undefined);
    return result(-errno.EINVAL);
  }
  const readOnly = false;
  return result(initDynptr(exec, to, { kind: dynptrKind[kind], readOnly, address: context, size: packet.length }));
}

/** A pointer to `size` bytes at an offset: into the memory itself, or to the caller's copy of them; null outside. */
function slice(
  exec: Execution,
  [at, offset, buffer, size]: readonly [bigint, bigint, bigint, bigint],
  write: boolean,
): bigint {
  const dynptr = readDynptr(exec, at);
  if (!dynptr || offset + size > BigInt(dynptr.size) || (write && dynptr.readOnly)) return 0n;
  const { packet, runtime } = scopeOf(exec);
  if (dynptr.kind === dynptrKind.local || dynptr.kind === dynptrKind.ringbuf) {
    return dynptr.address + BigInt(dynptr.offset) + offset;
  }
  const from = dynptr.offset + Number(offset);
  if (packet?.kind === 'skb') return kernelAddress(packet.data + from);
  if (packet && from + Number(size) <= packet.linearLength) return kernelAddress(packet.data + from);
  const bytes = dynptrBytes(exec, dynptr, Number(offset), Number(size));
  const place = kernelPlace(runtime.state.memory, buffer, Number(size));
  if (!bytes || place < 0) return 0n;
  runtime.state.memory.bytes().set(bytes, place);
  return buffer;
}

/** More on pointers that know how far they reach. */
export const dynptrKfuncs: KfuncFamily = {
  bpf_dynptr_from_skb: (exec, skb, flags, to) => fromPacket(exec, [skb, flags, to], 'skb'),
  bpf_dynptr_from_xdp: (exec, xdp, flags, to) => fromPacket(exec, [xdp, flags, to], 'xdp'),
  bpf_dynptr_slice: (exec, at, offset, buffer, size) => slice(exec, [at, offset, buffer, size], false),
  bpf_dynptr_slice_rdwr: (exec, at, offset, buffer, size) => slice(exec, [at, offset, buffer, size], true),
  bpf_dynptr_adjust(exec, at, start, end) {
    const dynptr = readDynptr(exec, at);
    if (!dynptr || start > end) return result(-errno.EINVAL);
    if (start > BigInt(dynptr.size) || end > BigInt(dynptr.size)) return result(-errno.ERANGE);
    const offset = dynptr.offset + Number(start);
    writeDynptr(exec, at, { ...dynptr, offset, size: Number(end - start) });
    return 0n;
  },
  bpf_dynptr_is_null: (exec, at) => (readDynptr(exec, at) ? 0n : 1n),
  bpf_dynptr_is_rdonly: (exec, at) => (readDynptr(exec, at)?.readOnly ? 1n : 0n),
  bpf_dynptr_size(exec, at) {
    const dynptr = readDynptr(exec, at);
    return dynptr ? BigInt(dynptr.size) : result(-errno.EINVAL);
  },
  bpf_dynptr_clone(exec, from, to) {
    const dynptr = readDynptr(exec, from);
    writeDynptr(exec, to, dynptr);
    return dynptr ? 0n : result(-errno.EINVAL);
  },
  bpf_dynptr_copy(exec, to, toOffset, from, fromOffset, size) {
    const [target, source] = [readDynptr(exec, to), readDynptr(exec, from)];
    if (!target || !source || target.readOnly) return result(-errno.EINVAL);
    if (toOffset + size > BigInt(target.size) || fromOffset + size > BigInt(source.size)) return result(-errno.E2BIG);
    const bytes = dynptrBytes(exec, source, Number(fromOffset), Number(size));
    return bytes && setDynptrBytes(exec, target, Number(toOffset), bytes) ? 0n : result(-errno.EFAULT);
  },
  bpf_dynptr_memset(exec, at, offset, size, value) {
    const dynptr = readDynptr(exec, at);
    if (!dynptr || dynptr.readOnly) return result(-errno.EINVAL);
    if (offset + size > BigInt(dynptr.size)) return result(-errno.E2BIG);
    const bytes = new Uint8Array(Number(size)).fill(Number(value & 0xffn));
    return setDynptrBytes(exec, dynptr, Number(offset), bytes) ? 0n : result(-errno.EFAULT);
  },
};
