import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno, bpf_map_type as type } from '../../uapi/index.ts';
import type { MapBtf, MapType, SpecialFieldKind } from './map.ts';

const STORAGES: readonly number[] = [
  type.BPF_MAP_TYPE_SK_STORAGE,
  type.BPF_MAP_TYPE_INODE_STORAGE,
  type.BPF_MAP_TYPE_TASK_STORAGE,
  type.BPF_MAP_TYPE_CGRP_STORAGE,
];
const LOCKABLE = [type.BPF_MAP_TYPE_HASH, type.BPF_MAP_TYPE_ARRAY, type.BPF_MAP_TYPE_CGROUP_STORAGE, ...STORAGES];
const ARRAYS_AND_HASHES = [type.BPF_MAP_TYPE_HASH, type.BPF_MAP_TYPE_LRU_HASH, type.BPF_MAP_TYPE_ARRAY];
const HOLDERS = [
  ...ARRAYS_AND_HASHES,
  type.BPF_MAP_TYPE_PERCPU_HASH,
  type.BPF_MAP_TYPE_LRU_PERCPU_HASH,
  type.BPF_MAP_TYPE_PERCPU_ARRAY,
  ...STORAGES,
];

/** The map types whose values may have such a field. */
const TYPES_WITH: Readonly<Record<SpecialFieldKind, readonly number[]>> = {
  spin_lock: LOCKABLE,
  res_spin_lock: LOCKABLE,
  timer: ARRAYS_AND_HASHES,
  workqueue: ARRAYS_AND_HASHES,
  task_work: ARRAYS_AND_HASHES,
  kptr: HOLDERS,
  refcount: HOLDERS,
  list_head: ARRAYS_AND_HASHES,
  rb_root: ARRAYS_AND_HASHES,
};

/** What BPF_MAP_CREATE says of the BTF types of key and value. @see kernel/bpf/syscall.c (v6.12) for the order */
export function checkBtf(mapType: MapType, attr: MapCreateAttr, btf: MapBtf): Errno | 0 {
  const rule = mapType.btf;
  if (attr.btfKeyTypeId ? btf.keySize !== attr.keySize : rule === undefined) return -errno.EINVAL;
  if (btf.valueSize !== attr.valueSize) return -errno.EINVAL;
  if (btf.fields.length > 0) {
    const access = bpf_flags.BPF_F_RDONLY_PROG | bpf_flags.BPF_F_WRONLY_PROG;
    if ((attr.mapFlags ?? 0) & access) return -errno.EACCES;
    if (btf.fields.some(({ kind }) => !TYPES_WITH[kind].includes(attr.mapType))) return -errno.ENOTSUP;
  }
  if (rule === undefined) return 0;
  return rule === 'unsupported' ? -errno.ENOTSUPP : rule(btf, attr);
}
