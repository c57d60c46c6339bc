import type { Errno } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../uapi/index.ts';
import type { BpfMap, InnerMeta, MapHost } from './map.ts';

/** Types that cannot stand in a map of maps. */
const NEVER_INNER: readonly number[] = [
  bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY,
  bpf_map_type.BPF_MAP_TYPE_CGROUP_STORAGE,
  bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
  bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS,
];

/** What is kept of the map behind `inner_map_fd`, or what is wrong with it. */
export function innerMetaOf(template: BpfMap | Errno | undefined): InnerMeta | Errno {
  if (template === undefined) return -errno.EINVAL;
  if (isErrno(template)) return template;
  if (template.spec.inner !== undefined) return -errno.EINVAL;
  if (NEVER_INNER.includes(template.type)) return -errno.ENOTSUPP;
  const { attr, btfId, fields } = template.spec;
  return { attr, btfId, fields };
}

/** Whether programs that were checked against the template can use this map in its place. */
function fitsInner(meta: InnerMeta, map: BpfMap): boolean {
  const [wanted, got] = [meta.attr, map.attr];
  const same =
    wanted.mapType === got.mapType &&
    wanted.keySize === got.keySize &&
    wanted.valueSize === got.valueSize &&
    (wanted.mapFlags ?? 0) === (got.mapFlags ?? 0) &&
    JSON.stringify(meta.fields) === JSON.stringify(map.spec.fields);
  return same && (wanted.maxEntries === got.maxEntries || !needsSameEntries(map));
}

/** Look-ups in such maps are inlined with the number of entries in them. */
function needsSameEntries({ type, flags }: BpfMap): boolean {
  if (type === bpf_map_type.BPF_MAP_TYPE_XSKMAP) return true;
  return type === bpf_map_type.BPF_MAP_TYPE_ARRAY && !(flags & bpf_flags.BPF_F_INNER_MAP);
}

/** 0 where the map of that id may be put in, else -EINVAL. */
export function admitInner(host: MapHost, meta: InnerMeta | undefined, id: number): Errno | 0 {
  const map = host.mapById(id);
  return map !== undefined && meta !== undefined && fitsInner(meta, map) ? 0 : -errno.EINVAL;
}
