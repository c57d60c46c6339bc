import { type BtfComposite, resolveType } from '../../btf/index.ts';
import type { MapSpec } from '../../object/index.ts';
import { bpf_map_type as M } from '../../uapi/index.ts';
import type { Skeleton } from './skeleton.ts';

/**
 * The type of a ring's records: that of its definition; else, of an object's only ring, the only type kept for one.
 * Undefined for other maps and where the object does not tell.
 */
export function recordOf(map: MapSpec, { object, records }: Skeleton): BtfComposite | undefined {
  if (!isRing(map)) return undefined;
  const defined =
    map.type === M.BPF_MAP_TYPE_RINGBUF && map.valueTypeId !== 0 && object.btf !== undefined
      ? resolveType(object.btf, map.valueTypeId)
      : undefined;
  if (defined?.kind === 'STRUCT' || defined?.kind === 'UNION') return defined;
  return records.length === 1 && object.maps.filter(isRing).length === 1 ? records[0] : undefined;
}

function isRing({ type }: MapSpec): boolean {
  return type === M.BPF_MAP_TYPE_RINGBUF || type === M.BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}
