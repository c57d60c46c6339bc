import type { Execution } from '../../vm/index.ts';
import { getU64, kernelPlace, setU64, u32 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/** Bytes of `cpumask_t` where the kernel's BTF does not say. */
const DEFAULT_SIZE = 1024;

function maskSize(exec: Execution): number {
  const { runtime } = scopeOf(exec);
  return (runtime.hasLayout() && runtime.layout().sizeOf('cpumask')) || DEFAULT_SIZE;
}

function cpuCount(exec: Execution): number {
  return scopeOf(exec).runtime.state.profile.cpus;
}

/** The possible CPUs of a mask, as bits. */
function bits(exec: Execution, address: bigint): bigint {
  const { state } = scopeOf(exec).runtime;
  let value = 0n;
  for (let at = 0; at * 64 < cpuCount(exec); at++) {
    const place = kernelPlace(state.memory, address + BigInt(8 * at), 8);
    if (place >= 0) value |= getU64(state, place) << BigInt(64 * at);
  }
  return value & possible(exec);
}

function setBits(exec: Execution, address: bigint, value: bigint): void {
  const { state } = scopeOf(exec).runtime;
  for (let at = 0; at * 64 < cpuCount(exec); at++) {
    const place = kernelPlace(state.memory, address + BigInt(8 * at), 8);
    if (place >= 0) setU64(state, place, value >> BigInt(64 * at));
  }
}

function possible(exec: Execution): bigint {
  return (1n << BigInt(cpuCount(exec))) - 1n;
}

function bool(value: boolean): bigint {
  return value ? 1n : 0n;
}

/** The lowest bit; the number of CPUs where there is none. */
function first(exec: Execution, value: bigint): bigint {
  for (let cpu = 0; cpu < cpuCount(exec); cpu++) if ((value >> BigInt(cpu)) & 1n) return BigInt(cpu);
  return BigInt(cpuCount(exec));
}

function weight(value: bigint): bigint {
  let count = 0n;
  for (let rest = value; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

/** Changes one CPU of a mask. @returns whether it was in it */
function change(exec: Execution, cpu: bigint, mask: bigint, on: boolean): bigint {
  if (u32(cpu) >= cpuCount(exec)) return 0n;
  const bit = 1n << BigInt(u32(cpu));
  const old = bits(exec, mask);
  setBits(exec, mask, on ? old | bit : old & ~bit);
  return bool((old & bit) !== 0n);
}

const combine =
  (how: (a: bigint, b: bigint) => bigint) =>
  (exec: Execution, to: bigint, a: bigint, b: bigint): bigint => {
    const value = how(bits(exec, a), bits(exec, b));
    setBits(exec, to, value);
    return bool(value !== 0n);
  };

/** Sets of CPUs. */
export const cpumaskKfuncs: KfuncFamily = {
  bpf_cpumask_create: (exec) => scopeOf(exec).runtime.heap.create(maskSize(exec) + 8, 'bpf_cpumask'),
  bpf_cpumask_acquire(exec, mask) {
    scopeOf(exec).runtime.heap.hold(mask);
    return mask;
  },
  bpf_cpumask_release(exec, mask) {
    scopeOf(exec).runtime.heap.drop(mask);
    return 0n;
  },
  bpf_cpumask_first: (exec, mask) => first(exec, bits(exec, mask)),
  bpf_cpumask_first_zero: (exec, mask) => first(exec, ~bits(exec, mask) & possible(exec)),
  bpf_cpumask_first_and: (exec, a, b) => first(exec, bits(exec, a) & bits(exec, b)),
  bpf_cpumask_set_cpu: (exec, cpu, mask) => change(exec, cpu, mask, true) && 0n,
  bpf_cpumask_clear_cpu: (exec, cpu, mask) => change(exec, cpu, mask, false) && 0n,
  bpf_cpumask_test_cpu: (exec, cpu, mask) =>
    bool(u32(cpu) < cpuCount(exec) && ((bits(exec, mask) >> BigInt(u32(cpu))) & 1n) === 1n),
  bpf_cpumask_test_and_set_cpu: (exec, cpu, mask) => change(exec, cpu, mask, true),
  bpf_cpumask_test_and_clear_cpu: (exec, cpu, mask) => change(exec, cpu, mask, false),
  bpf_cpumask_setall(exec, mask) {
    setBits(exec, mask, possible(exec));
    return 0n;
  },
  bpf_cpumask_clear(exec, mask) {
    setBits(exec, mask, 0n);
    return 0n;
  },
  bpf_cpumask_and: combine((a, b) => a & b),
  bpf_cpumask_or: combine((a, b) => a | b),
  bpf_cpumask_xor: combine((a, b) => a ^ b),
  bpf_cpumask_equal: (exec, a, b) => bool(bits(exec, a) === bits(exec, b)),
  bpf_cpumask_intersects: (exec, a, b) => bool((bits(exec, a) & bits(exec, b)) !== 0n),
  bpf_cpumask_subset: (exec, a, b) => bool((bits(exec, a) & ~bits(exec, b)) === 0n),
  bpf_cpumask_empty: (exec, mask) => bool(bits(exec, mask) === 0n),
  bpf_cpumask_full: (exec, mask) => bool(bits(exec, mask) === possible(exec)),
  bpf_cpumask_copy(exec, to, from) {
    setBits(exec, to, bits(exec, from));
    return 0n;
  },
  bpf_cpumask_any_distribute: (exec, mask) => first(exec, bits(exec, mask)),
  bpf_cpumask_any_and_distribute: (exec, a, b) => first(exec, bits(exec, a) & bits(exec, b)),
  bpf_cpumask_weight: (exec, mask) => weight(bits(exec, mask)),
};
