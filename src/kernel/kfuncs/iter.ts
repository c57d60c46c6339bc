import { bpf_flags, errno } from '../../uapi/index.ts';
import { getU32, getU64, int, kernelPlace, result, setU32, setU64, u32 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/** Most words of a bit iterator. */
const MAX_WORDS = 511;

/** Open-coded iterators. */
export const iterKfuncs: KfuncFamily = {
  // `struct bpf_iter_num`: s32 current, s32 end.
  bpf_iter_num_new(exec, it, start, end) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 8);
    if (place < 0) return result(-errno.EFAULT);
    const [from, to] = [int(start), int(end)];
    const wrong = from > to ? -errno.EINVAL : to - from > bpf_flags.BPF_MAX_LOOPS ? -errno.E2BIG : 0;
    setU32(state, place, wrong ? 0 : from - 1);
    setU32(state, place + 4, wrong ? 0 : to);
    return result(wrong);
  },
  bpf_iter_num_next(exec, it) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 8);
    if (place < 0) return 0n;
    const next = (getU32(state, place) | 0) + 1;
    if (next >= (getU32(state, place + 4) | 0)) {
      setU64(state, place, 0n);
      return 0n;
    }
    setU32(state, place, next);
    return it;
  },
  bpf_iter_num_destroy(exec, it) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 8);
    if (place >= 0) setU64(state, place, 0n);
    return 0n;
  },
  // `struct bpf_iter_bits`: u64 the bits or the address of a copy, s32 number of bits, s32 the bit last given.
  bpf_iter_bits_new(exec, it, pointer, words) {
    const { heap, state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 16);
    const count = u32(words);
    if (place < 0) return result(-errno.EFAULT);
    setU64(state, place, 0n);
    setU64(state, place + 8, 0n);
    if (count === 0 || pointer === 0n) return result(-errno.EINVAL);
    if (count > MAX_WORDS) return result(-errno.E2BIG);
    const source = kernelPlace(state.memory, pointer, 8 * count);
    if (source < 0) return result(-errno.EFAULT);
    if (count === 1) setU64(state, place, getU64(state, source));
    else {
      const copy = heap.create(8 * count, 'bits');
      state.memory.bytes().copyWithin(kernelPlace(state.memory, copy, 8), source, source + 8 * count);
      setU64(state, place, copy);
    }
    setU32(state, place + 8, 64 * count);
    setU32(state, place + 12, -1 >>> 0);
    return 0n;
  },
  bpf_iter_bits_next(exec, it) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 16);
    const count = place < 0 ? 0 : getU32(state, place + 8);
    if (count === 0) return 0n;
    const words = count === 64 ? place : kernelPlace(state.memory, getU64(state, place), count / 8);
    for (let bit = (getU32(state, place + 12) | 0) + 1; bit < count; bit++) {
      if ((getU64(state, words + 8 * Math.floor(bit / 64)) >> BigInt(bit % 64)) & 1n) {
        setU32(state, place + 12, bit);
        return it + 12n;
      }
    }
    setU32(state, place + 8, 0);
    if (count > 64) scopeOf(exec).runtime.heap.drop(getU64(state, place));
    return 0n;
  },
  bpf_iter_bits_destroy(exec, it) {
    const { heap, state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 16);
    if (place >= 0 && getU32(state, place + 8) > 64) heap.drop(getU64(state, place));
    if (place >= 0) setU64(state, place + 8, 0n);
    return 0n;
  },
  // `struct bpf_iter_task`: our own index of the next task.
  bpf_iter_task_new(exec, it) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 8);
    if (place < 0) return result(-errno.EFAULT);
    setU64(state, place, 0n);
    return 0n;
  },
  bpf_iter_task_next(exec, it) {
    const { state, tasks } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, it, 8);
    const last = place < 0 ? 0 : getU32(state, place);
    const next = tasks.list().find(({ info }) => info.pid > last);
    if (!next || place < 0) return 0n;
    setU32(state, place, next.info.pid);
    return next.struct.address;
  },
  bpf_iter_task_destroy: () => 0n,
};
