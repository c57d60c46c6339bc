import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { getU32, getU64, kernelPlace, result, setU32, setU64 } from './access.ts';
import type { HelperFamily } from './family.ts';

/**
 * What a `struct bpf_dynptr` (16 bytes) points to: u64 address of the memory or the packet, u32 size with the kind in
 * its upper bits, u32 offset.
 */
export interface Dynptr {
  readonly kind: number;
  readonly readOnly: boolean;
  /** Address of the memory; of the packet's context for packets. */
  readonly address: bigint;
  readonly size: number;
  readonly offset: number;
}

export const dynptrKind = { local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const;
const MAX_SIZE = 0xff_ffff;
const READ_ONLY = 0x8000_0000;
const KIND_SHIFT = 28;

/** Reads a dynptr; undefined where it is null. */
export function readDynptr(exec: Execution, at: bigint): Dynptr | undefined {
  const { state } = scopeOf(exec).runtime;
  const place = kernelPlace(state.memory, at, 16);
  if (place < 0) return undefined;
  const address = getU64(state, place);
  if (address === 0n) return undefined;
  const word = getU32(state, place + 8);
  return {
    kind: (word >>> KIND_SHIFT) & 7,
    readOnly: word >= READ_ONLY,
    address,
    size: word & MAX_SIZE,
    offset: getU32(state, place + 12),
  };
}

/** Writes a dynptr; undefined makes it null. */
export function writeDynptr(exec: Execution, at: bigint, dynptr: Dynptr | undefined): void {
  const { state } = scopeOf(exec).runtime;
  const place = kernelPlace(state.memory, at, 16);
  if (place < 0) return;
  setU64(state, place, dynptr?.address ?? 0n);
  const word = dynptr ? (dynptr.readOnly ? READ_ONLY : 0) + dynptr.kind * 2 ** KIND_SHIFT + dynptr.size : 0;
  setU32(state, place + 8, word >>> 0);
  setU32(state, place + 12, dynptr?.offset ?? 0);
}

/** Makes a dynptr, or why not. */
export function initDynptr(exec: Execution, at: bigint, dynptr: Omit<Dynptr, 'offset'>): number {
  const failed = dynptr.size > MAX_SIZE ? -errno.E2BIG : 0;
  writeDynptr(exec, at, failed ? undefined : { ...dynptr, offset: 0 });
  return failed;
}

/** Whether a range lies inside: 0, or -E2BIG. */
function checkRange({ size }: Dynptr, offset: bigint, length: bigint): number {
  const inside = offset <= BigInt(size) && length <= BigInt(size) - offset;
  return inside ? 0 : -errno.E2BIG;
}

/** Copies bytes out of what a dynptr points to. */
export function dynptrBytes(exec: Execution, dynptr: Dynptr, offset: number, length: number): Uint8Array | undefined {
  const { packet, runtime } = scopeOf(exec);
  const at = dynptr.offset + offset;
  if (dynptr.kind === dynptrKind.skb || dynptr.kind === dynptrKind.xdp) return packet?.load(at, length);
  const place = kernelPlace(runtime.state.memory, dynptr.address + BigInt(at), length);
  return place < 0 ? undefined : runtime.state.memory.bytes().slice(place, place + length);
}

/** Overwrites bytes of what a dynptr points to. @returns whether they are there */
export function setDynptrBytes(exec: Execution, dynptr: Dynptr, offset: number, bytes: Uint8Array): boolean {
  const { packet, runtime } = scopeOf(exec);
  const at = dynptr.offset + offset;
  if (dynptr.kind === dynptrKind.skb || dynptr.kind === dynptrKind.xdp) return packet?.store(at, bytes) ?? false;
  const place = kernelPlace(runtime.state.memory, dynptr.address + BigInt(at), bytes.length);
  if (place >= 0) runtime.state.memory.bytes().set(bytes, place);
  return place >= 0;
}

/** Pointers that know how far they reach. */
export const dynptrHelpers: HelperFamily = {
  BPF_FUNC_dynptr_from_mem(exec, data, size, flags, to) {
    if (flags !== 0n || size > BigInt(MAX_SIZE)) {
      writeDynptr(exec, to, undefined);
      return result(flags !== 0n && size <= BigInt(MAX_SIZE) ? -errno.EINVAL : -errno.E2BIG);
    }
    const options = { kind: dynptrKind.local, readOnly: false, address: data, size: Number(size) };
    return result(initDynptr(exec, to, options));
  },
  BPF_FUNC_dynptr_read(exec, to, length, from, offset, flags) {
    const dynptr = readDynptr(exec, from);
    if (!dynptr || flags !== 0n) return result(-errno.EINVAL);
    const failed = checkRange(dynptr, offset, length);
    if (failed) return result(failed);
    const { memory } = scopeOf(exec).runtime.state;
    const bytes = dynptrBytes(exec, dynptr, Number(offset), Number(length));
    const place = kernelPlace(memory, to, Number(length));
    if (!bytes || place < 0) return result(-errno.EFAULT);
    memory.bytes().set(bytes, place);
    return 0n;
  },
  BPF_FUNC_dynptr_write(exec, to, offset, from, length, flags) {
    const dynptr = readDynptr(exec, to);
    if (!dynptr || dynptr.readOnly) return result(-errno.EINVAL);
    const packet = dynptr.kind === dynptrKind.skb;
    if (flags !== 0n && !packet) return result(-errno.EINVAL);
    const failed = checkRange(dynptr, offset, length);
    if (failed) return result(failed);
    const { memory } = scopeOf(exec).runtime.state;
    const place = kernelPlace(memory, from, Number(length));
    if (place < 0) return result(-errno.EFAULT);
    const bytes = memory.bytes().slice(place, place + Number(length));
    return setDynptrBytes(exec, dynptr, Number(offset), bytes) ? 0n : result(-errno.EFAULT);
  },
  BPF_FUNC_dynptr_data(exec, from, offset, length) {
    const dynptr = readDynptr(exec, from);
    if (!dynptr || dynptr.readOnly || checkRange(dynptr, offset, length)) return 0n;
    if (dynptr.kind !== dynptrKind.local && dynptr.kind !== dynptrKind.ringbuf) return 0n;
    return dynptr.address + BigInt(dynptr.offset) + offset;
  },
};
