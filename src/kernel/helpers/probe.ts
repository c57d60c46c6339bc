import { errno } from '../../uapi/index.ts';
import type { Execution, HelperFunction, Memory } from '../../vm/index.ts';
import { kernelOffset, userOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { bytesToEnd, kernelPlace, result, u32, userPlace } from './access.ts';
import type { HelperFamily } from './family.ts';

/** Where a probing helper may read. `any`: the address decides, as for the helpers from before the two were told apart. */
type Space = 'kernel' | 'user' | 'any';

function sourcePlace(memory: Memory, space: Space, address: bigint, size: number): number {
  if (space === 'kernel') return kernelPlace(memory, address, size);
  if (space === 'user') return userPlace(memory, address, size);
  return kernelOffset(address) >= 0 ? kernelPlace(memory, address, size) : userPlace(memory, address, size);
}

/** Copies `size` bytes; where they cannot be read the destination becomes zero. */
function read(exec: Execution, space: Space, [to, size, from]: readonly [bigint, bigint, bigint]): bigint {
  const { memory } = scopeOf(exec).runtime.state;
  const length = u32(size);
  const target = kernelPlace(memory, to, length);
  if (length === 0) return 0n;
  if (target < 0) return result(-errno.EFAULT);
  const source = sourcePlace(memory, space, from, length);
  if (source < 0) {
    memory.bytes().fill(0, target, target + length);
    return result(-errno.EFAULT);
  }
  memory.bytes().copyWithin(target, source, source + length);
  return 0n;
}

/** Copies a string of at most `size` bytes, its NUL counted. @returns the bytes copied */
function readString(exec: Execution, space: Space, [to, size, from]: readonly [bigint, bigint, bigint]): bigint {
  const { memory } = scopeOf(exec).runtime.state;
  const length = u32(size);
  const target = kernelPlace(memory, to, length);
  if (length === 0) return 0n;
  if (target < 0) return result(-errno.EFAULT);
  if (sourcePlace(memory, space, from, 1) < 0) {
    memory.bytes().fill(0, target, target + length);
    return result(-errno.EFAULT);
  }
  const kernel = kernelOffset(from);
  const source = bytesToEnd(memory, kernel >= 0 ? kernel : userOffset(from));
  const end = source.subarray(0, length).indexOf(0);
  const short = end < 0 && source.length < length;
  if (short) {
    memory.bytes().fill(0, target, target + length);
    return result(-errno.EFAULT);
  }
  const count = end < 0 ? length : end + 1;
  const copy = source.slice(0, count);
  copy[count - 1] = 0;
  memory.bytes().set(copy, target);
  return BigInt(count);
}

const reader =
  (space: Space): HelperFunction =>
  (exec, to, size, from) =>
    read(exec, space, [to, size, from]);

const stringReader =
  (space: Space): HelperFunction =>
  (exec, to, size, from) =>
    readString(exec, space, [to, size, from]);

/** Reads through pointers that nobody has checked. */
export const probeHelpers: HelperFamily = {
  BPF_FUNC_probe_read: reader('any'),
  BPF_FUNC_probe_read_str: stringReader('any'),
  BPF_FUNC_probe_read_kernel: reader('kernel'),
  BPF_FUNC_probe_read_kernel_str: stringReader('kernel'),
  BPF_FUNC_probe_read_user: reader('user'),
  BPF_FUNC_probe_read_user_str: stringReader('user'),
  BPF_FUNC_copy_from_user: reader('user'),
  BPF_FUNC_copy_from_user_task(exec, to, size, from, _task) {
    return read(exec, 'user', [to, size, from]);
  },
  BPF_FUNC_probe_write_user(exec, to, from, size) {
    const { memory } = scopeOf(exec).runtime.state;
    const length = u32(size);
    const target = userPlace(memory, to, length);
    const source = kernelPlace(memory, from, length);
    if (target < 0) return result(-errno.EPERM);
    if (source < 0) return result(-errno.EFAULT);
    memory.bytes().copyWithin(target, source, source + length);
    return 0n;
  },
};
