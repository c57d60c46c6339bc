import { decodeUtf8 } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { userOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { bytesToEnd, getU64, kernelPlace, readKernel, readKernelString, result, setU64, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import type { PrintfSources } from './printf.ts';
import { bprintf } from './printf.ts';

/** Longest line of the trace, with its NUL. */
const MAX_TRACE_LINE = 1024;
/** Most arguments of the helpers that take an array of them. */
const MAX_ARGS = 12;
/** Longest string that one %s copies. */
const MAX_STRING = 512;

function sourcesOf(exec: Execution): PrintfSources {
  const { state } = scopeOf(exec).runtime;
  return {
    string(address, space) {
      if (space === 'kernel') return readKernelString(state.memory, address, MAX_STRING);
      const offset = userOffset(address);
      if (offset <= 0 || state.memory.regionAt(offset)?.kind !== 'user') return undefined;
      const bytes = bytesToEnd(state.memory, offset).subarray(0, MAX_STRING);
      const end = bytes.indexOf(0);
      return bytes.slice(0, end < 0 ? bytes.length : end);
    },
    bytes: (address, size) => readKernel(state.memory, address, size),
    symbol(address, withOffset) {
      const found = state.symbols().symbolAt(address);
      if (!found) return undefined;
      return withOffset ? `${found.name}+0x${(address - found.address).toString(16)}/0x0` : found.name;
    },
    hash: (address) => Math.imul(Number(address & 0xffff_ffffn) ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0,
  };
}

/** The array of u64 arguments that a helper was pointed to; -EINVAL where it has no such size. */
function argsAt(exec: Execution, address: bigint, size: bigint): bigint[] | number {
  const { state } = scopeOf(exec).runtime;
  const length = u32(size);
  if (length % 8 !== 0 || length > MAX_ARGS * 8 || (length > 0 && address === 0n)) return -errno.EINVAL;
  if (length === 0) return [];
  const place = kernelPlace(state.memory, address, length);
  if (place < 0) return -errno.EINVAL;
  return Array.from({ length: length / 8 }, (_, i) => getU64(state, place + 8 * i));
}

function trace(exec: Execution, format: Uint8Array | undefined, args: readonly bigint[]): bigint {
  const text = format ? bprintf(format, args, sourcesOf(exec)) : -errno.EINVAL;
  if (typeof text === 'number') return result(text);
  const { runtime, task, traceFlags: flags } = scopeOf(exec);
  const { comm, pid } = task.info;
  const line = decodeUtf8(text.subarray(0, MAX_TRACE_LINE - 1));
  runtime.state.trace.print({ comm, pid, cpu: exec.cpu, at: runtime.state.clock.now(), flags }, line);
  return result(text.length);
}

/** Text for people. */
export const printHelpers: HelperFamily = {
  BPF_FUNC_trace_printk(exec, format, size, ...args) {
    return trace(exec, readKernel(scopeOf(exec).runtime.state.memory, format, u32(size)), args);
  },
  BPF_FUNC_trace_vprintk(exec, format, size, data, dataSize) {
    const args = argsAt(exec, data, dataSize);
    if (typeof args === 'number') return result(args);
    return trace(exec, readKernel(scopeOf(exec).runtime.state.memory, format, u32(size)), args);
  },
  BPF_FUNC_snprintf(exec, to, size, format, data, dataSize) {
    const { memory } = scopeOf(exec).runtime.state;
    const args = argsAt(exec, data, dataSize);
    if (typeof args === 'number') return result(args);
    const string = readKernelString(memory, format, 0xffff_ffff);
    if (!string) return result(-errno.EINVAL);
    const withNul = new Uint8Array(string.length + 1);
    withNul.set(string);
    const text = bprintf(withNul, args, sourcesOf(exec));
    if (typeof text === 'number') return result(text);
    const room = u32(size);
    const place = kernelPlace(memory, to, room);
    if (room > 0 && place >= 0) {
      const kept = text.subarray(0, room - 1);
      memory.bytes().set(kept, place);
      memory.bytes()[place + kept.length] = 0;
    }
    return result(text.length + 1);
  },
  BPF_FUNC_seq_printf(exec, _seq, format, size, data, dataSize) {
    const { runtime, output } = scopeOf(exec);
    const args = argsAt(exec, data, dataSize);
    if (typeof args === 'number') return result(args);
    const bytes = readKernel(runtime.state.memory, format, u32(size));
    const text = bytes ? bprintf(bytes, args, sourcesOf(exec)) : -errno.EINVAL;
    if (typeof text === 'number') return result(text);
    output?.write(text);
    return 0n;
  },
  BPF_FUNC_seq_write(exec, _seq, data, size) {
    const { runtime, output } = scopeOf(exec);
    const bytes = readKernel(runtime.state.memory, data, u32(size));
    if (!bytes) return result(-errno.EFAULT);
    output?.write(bytes);
    return 0n;
  },
  BPF_FUNC_strtol: (exec, text, size, flags, to) => parseNumber(exec, [text, size, flags, to], true),
  BPF_FUNC_strtoul: (exec, text, size, flags, to) => parseNumber(exec, [text, size, flags, to], false),
  BPF_FUNC_strncmp(exec, left, size, right) {
    const { memory } = scopeOf(exec).runtime.state;
    const length = u32(size);
    const a = readKernel(memory, left, length);
    const b = readKernelString(memory, right, length);
    if (!a || !b) return result(-errno.EFAULT);
    for (let i = 0; i < length; i++) {
      const [x, y] = [a[i], b[i] ?? 0];
      if (x !== y) return result(x < y ? -1 : 1);
      if (x === 0) break;
    }
    return 0n;
  },
};

/** bpf_strtol and bpf_strtoul: at most 64 bytes, white space first, base 0, 8, 10 or 16. @returns bytes read */
function parseNumber(
  exec: Execution,
  [text, size, flags, to]: readonly [bigint, bigint, bigint, bigint],
  signed: boolean,
): bigint {
  const { state } = scopeOf(exec).runtime;
  const place = kernelPlace(state.memory, to, 8);
  if (place < 0) return result(-errno.EFAULT);
  setU64(state, place, 0n);
  const bytes = readKernel(state.memory, text, u32(size));
  if (!bytes || flags & ~0x1fn) return result(-errno.EINVAL);
  const parsed = parseDigits(bytes, Number(flags), signed);
  if (typeof parsed === 'number') return result(parsed);
  setU64(state, place, parsed.value);
  return result(parsed.length);
}

/** The number that the bytes begin with, or -EINVAL, -ERANGE. */
function parseDigits(
  bytes: Uint8Array,
  flags: number,
  signed: boolean,
): { readonly value: bigint; readonly length: number } | Errno {
  if (bytes.length === 0 || ![0, 8, 10, 16].includes(flags)) return -errno.EINVAL;
  const end = bytes.indexOf(0);
  const text = String.fromCharCode(...bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, 64)));
  const head = /^[ \t\n\v\f\r]*(-?)/.exec(text) as RegExpExecArray;
  const negative = head[1] === '-';
  if (negative && !signed) return -errno.EINVAL;
  let at = head[0].length;
  const prefixed = /^0x[0-9a-f]/i.test(text.slice(at));
  const base = flags || (prefixed ? 16 : text[at] === '0' ? 8 : 10);
  if (base === 16 && /^0x/i.test(text.slice(at))) at += 2;
  const digits = DIGITS[base].exec(text.slice(at))?.[0];
  if (!digits) return -errno.EINVAL;
  let value = 0n;
  for (const digit of digits) value = value * BigInt(base) + BigInt(Number.parseInt(digit, base));
  const limit = signed ? (negative ? 1n << 63n : (1n << 63n) - 1n) : (1n << 64n) - 1n;
  if (value > limit) return -errno.ERANGE;
  return { value: negative ? -value : value, length: at + digits.length };
}

const DIGITS: Readonly<Record<number, RegExp>> = { 8: /^[0-7]+/, 10: /^[0-9]+/, 16: /^[0-9a-f]+/i };
