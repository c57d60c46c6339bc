import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { StackTraceMap } from '../maps/stack-trace.ts';
import { kernelPlace, result, setU64, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

const { BPF_F_USER_STACK, BPF_F_SKIP_FIELD_MASK, BPF_F_REUSE_STACKID, BPF_F_FAST_STACK_CMP } = bpf_flags;
const STACKID_FLAGS = BigInt(BPF_F_USER_STACK | BPF_F_SKIP_FIELD_MASK | BPF_F_REUSE_STACKID | BPF_F_FAST_STACK_CMP);
const STACK_FLAGS = BigInt(BPF_F_USER_STACK | BPF_F_SKIP_FIELD_MASK | bpf_flags.BPF_F_USER_BUILD_ID);

/**
 * The call chain, innermost first.
 * DEVIATION: a kernel trace is the traced function alone (the program itself where nothing is traced), a user trace is
 * empty: emulated tasks do not run code.
 */
function frames(exec: Execution, flags: bigint): bigint[] {
  const { traced, prog } = scopeOf(exec);
  if (flags & BigInt(BPF_F_USER_STACK)) return [];
  const all = [traced?.address ?? prog.header.textBase];
  return all.slice(Number(flags & BigInt(BPF_F_SKIP_FIELD_MASK)));
}

function getStack(exec: Execution, [to, size, flags]: readonly [bigint, bigint, bigint]): bigint {
  const { state } = scopeOf(exec).runtime;
  const length = u32(size);
  const place = kernelPlace(state.memory, to, length);
  if (flags & ~STACK_FLAGS || length % 8 !== 0) return result(-errno.EINVAL);
  if (place < 0) return result(-errno.EFAULT);
  state.memory.bytes().fill(0, place, place + length);
  const trace = frames(exec, flags).slice(0, length / 8);
  for (const [i, address] of trace.entries()) setU64(state, place + 8 * i, address);
  return trace.length === 0 ? result(-errno.EFAULT) : BigInt(8 * trace.length);
}

/** What a program that watches a function or an event can ask of it. */
export const tracingHelpers: HelperFamily = {
  BPF_FUNC_get_attach_cookie: (exec) => scopeOf(exec).cookie,
  BPF_FUNC_get_func_ip: (exec) => scopeOf(exec).traced?.address ?? 0n,
  BPF_FUNC_get_func_arg_cnt: (exec) => BigInt(scopeOf(exec).traced?.args.length ?? 0),
  BPF_FUNC_get_func_arg(exec, _context, index, to) {
    const { traced, runtime } = scopeOf(exec);
    const value = traced?.args[u32(index)];
    const place = kernelPlace(runtime.state.memory, to, 8);
    if (value === undefined || place < 0) return result(-errno.EINVAL);
    setU64(runtime.state, place, value);
    return 0n;
  },
  BPF_FUNC_get_func_ret(exec, _context, to) {
    const { traced, runtime } = scopeOf(exec);
    const place = kernelPlace(runtime.state.memory, to, 8);
    if (traced?.result === undefined) return result(-errno.ENOTSUP);
    if (place < 0) return result(-errno.EINVAL);
    setU64(runtime.state, place, traced.result);
    return 0n;
  },
  BPF_FUNC_get_stackid(exec, _context, address, flags) {
    const map = mapOf(exec, address);
    if (!(map instanceof StackTraceMap) || flags & ~STACKID_FLAGS) return result(-errno.EINVAL);
    const trace = frames(exec, flags);
    const bytes = new Uint8Array(8 * trace.length);
    const view = new DataView(bytes.buffer);
    const little = scopeOf(exec).runtime.state.endian === 'little';
    for (const [i, frame] of trace.entries()) view.setBigUint64(8 * i, frame, little);
    return result(map.store(bytes, flags));
  },
  BPF_FUNC_get_stack: (exec, _context, to, size, flags) => getStack(exec, [to, size, flags]),
  BPF_FUNC_get_task_stack: (exec, _task, to, size, flags) => getStack(exec, [to, size, flags]),
  BPF_FUNC_override_return(exec, _regs, value) {
    scopeOf(exec).returnValue = Number(BigInt.asIntN(32, value));
    return 0n;
  },
};
