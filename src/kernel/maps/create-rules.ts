import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';

/** Smallest and largest that is allowed. */
export type Range = readonly [minimum: number, maximum: number];

export const U32_MAX = 0xffff_ffff;
export const INT_MAX = 0x7fff_ffff;
/** Largest per-CPU value. */
export const PERCPU_MAX = 32768;
/** Largest single allocation of the kernel. */
export const KMALLOC_MAX = 0x40_0000;
/** What goes before key and value in an element of a hash. */
const HTAB_ELEM = 48;
/** Most buckets: 16 bytes of each must fit u32. */
const MAX_BUCKETS = 0x0fff_ffff;

export const INDEX_KEY: Range = [4, 4];
export const NO_KEY: Range = [0, 0];
export const FD_VALUE: Range = [4, 4];

/** BPF_F_RDONLY, BPF_F_WRONLY and their forms for programs. */
export const ACCESS_FLAGS =
  bpf_flags.BPF_F_RDONLY | bpf_flags.BPF_F_WRONLY | bpf_flags.BPF_F_RDONLY_PROG | bpf_flags.BPF_F_WRONLY_PROG;

/** BPF_F_RDONLY and BPF_F_WRONLY alone, and the NUMA node. */
export const FILE_FLAGS = bpf_flags.BPF_F_NUMA_NODE | bpf_flags.BPF_F_RDONLY | bpf_flags.BPF_F_WRONLY;

/** What a type takes; sizes that are left out are 1 or more. */
export interface ShapeRule {
  readonly key?: Range;
  readonly value?: Range;
  readonly entries?: Range;
  /** Flags that may be there. */
  readonly flags: number;
  /** Flags that must be there. */
  readonly required?: number;
}

const ONE_OR_MORE: Range = [1, U32_MAX];

function within(value: number, [minimum, maximum]: Range): boolean {
  return value >= minimum && value <= maximum;
}

function bothOf(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}

/** What bpf(2) checks of every type before the type is asked. */
export function checkCommon(attr: MapCreateAttr): Errno | 0 {
  const flags = attr.mapFlags ?? 0;
  const takesExtra =
    attr.mapType === bpf_map_type.BPF_MAP_TYPE_BLOOM_FILTER || attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA;
  if (!takesExtra && (attr.mapExtra ?? 0n) !== 0n) return -errno.EINVAL;
  if (attr.btfVmlinuxValueTypeId) {
    if (attr.mapType !== bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS) return -errno.EINVAL;
    if (attr.btfKeyTypeId || attr.btfValueTypeId) return -errno.EINVAL;
  } else if (attr.btfKeyTypeId && !attr.btfValueTypeId) {
    return -errno.EINVAL;
  }
  if (bothOf(flags, bpf_flags.BPF_F_RDONLY, bpf_flags.BPF_F_WRONLY)) return -errno.EINVAL;
  if (flags & bpf_flags.BPF_F_NUMA_NODE && (attr.numaNode ?? 0) !== 0) return -errno.EINVAL;
  return 0;
}

/** -EINVAL unless sizes and flags are such as a type takes. */
export function checkShape(attr: MapCreateAttr, rule: ShapeRule): Errno | 0 {
  const flags = attr.mapFlags ?? 0;
  const required = rule.required ?? 0;
  const good =
    within(attr.keySize, rule.key ?? ONE_OR_MORE) &&
    within(attr.valueSize, rule.value ?? ONE_OR_MORE) &&
    within(attr.maxEntries, rule.entries ?? ONE_OR_MORE) &&
    (flags & ~rule.flags) === 0 &&
    (flags & required) === required &&
    !bothOf(flags, bpf_flags.BPF_F_RDONLY_PROG, bpf_flags.BPF_F_WRONLY_PROG);
  return good ? 0 : -errno.EINVAL;
}

/** -E2BIG where the value is larger. */
export function checkValueLimit(size: number, limit: number): Errno | 0 {
  return size > limit ? -errno.E2BIG : 0;
}

/** The rules of the hash types. @see kernel/bpf/hashtab.c (v6.12) for their order */
export function checkHash(attr: MapCreateAttr): Errno | 0 {
  const type = attr.mapType;
  const flags = attr.mapFlags ?? 0;
  const lru = type === bpf_map_type.BPF_MAP_TYPE_LRU_HASH || type === bpf_map_type.BPF_MAP_TYPE_LRU_PERCPU_HASH;
  const percpu = type === bpf_map_type.BPF_MAP_TYPE_PERCPU_HASH || type === bpf_map_type.BPF_MAP_TYPE_LRU_PERCPU_HASH;
  const { BPF_F_NO_PREALLOC, BPF_F_NO_COMMON_LRU, BPF_F_NUMA_NODE, BPF_F_ZERO_SEED } = bpf_flags;
  const known = BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | ACCESS_FLAGS;
  if (flags & ~known || bothOf(flags, bpf_flags.BPF_F_RDONLY_PROG, bpf_flags.BPF_F_WRONLY_PROG)) return -errno.EINVAL;
  if (!lru && flags & BPF_F_NO_COMMON_LRU) return -errno.EINVAL;
  if (lru && flags & BPF_F_NO_PREALLOC) return -errno.ENOTSUPP;
  if (flags & BPF_F_NUMA_NODE && (percpu || flags & BPF_F_NO_COMMON_LRU)) return -errno.EINVAL;
  if (attr.maxEntries === 0 || attr.keySize === 0 || attr.valueSize === 0) return -errno.EINVAL;
  if (attr.keySize + attr.valueSize >= KMALLOC_MAX - HTAB_ELEM) return -errno.E2BIG;
  if (percpu && alignUp(attr.valueSize, 8) > PERCPU_MAX) return -errno.E2BIG;
  return 2 ** Math.ceil(Math.log2(attr.maxEntries)) > MAX_BUCKETS ? -errno.E2BIG : 0;
}
