import { bpf_attach_type, bpf_flags, bpf_func_id, bpf_map_type, bpf_prog_type } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import type { HelperCall } from './helper-call.ts';
import { CHANGES_SOCKET_MAPS, HELPERS_OF_MAP, MAPS_OF_HELPER } from './helper-map.table.ts';

const SOCKET_MAPS: readonly number[] = [bpf_map_type.BPF_MAP_TYPE_SOCKMAP, bpf_map_type.BPF_MAP_TYPE_SOCKHASH];
const { BPF_FUNC_map_update_elem, BPF_FUNC_map_delete_elem, BPF_FUNC_map_push_elem, BPF_FUNC_map_pop_elem } =
  bpf_func_id;
/** Helpers that change a map. */
const CHANGES: readonly number[] = [
  BPF_FUNC_map_update_elem,
  BPF_FUNC_map_delete_elem,
  BPF_FUNC_map_push_elem,
  BPF_FUNC_map_pop_elem,
];

/** Whether the helper takes such a map, and the map such a helper. */
export function checkMapOfHelper(walk: Walk, { id, name, map }: HelperCall): Refusal | undefined {
  if (map < 0) return undefined;
  const { mapType } = walk.mapViews[map].attr;
  const taken = HELPERS_OF_MAP[mapType]?.includes(id) ?? true;
  const takes = MAPS_OF_HELPER[id]?.includes(mapType) ?? true;
  const text = `cannot pass map_type ${mapType} into func ${name}#${id}`;
  if (!taken || !takes) return walk.invalid(text);
  if (!SOCKET_MAPS.includes(mapType) || mayChangeSocketMaps(walk, id)) return undefined;
  return walk.invalid(`cannot update sockmap in this context\n${text}`);
}

function mayChangeSocketMaps({ options }: Walk, id: number): boolean {
  if (id !== BPF_FUNC_map_update_elem && id !== BPF_FUNC_map_delete_elem) return true;
  const { progType, expectedAttachType } = options;
  switch (progType) {
    case bpf_prog_type.BPF_PROG_TYPE_TRACING:
      return expectedAttachType === bpf_attach_type.BPF_TRACE_ITER;
    case bpf_prog_type.BPF_PROG_TYPE_SOCK_OPS:
      return id === BPF_FUNC_map_delete_elem;
    default:
      return CHANGES_SOCKET_MAPS.includes(progType);
  }
}

/** Programs do not change maps that are read-only to them. */
export function checkMapWritable(walk: Walk, { id, map }: HelperCall): Refusal | undefined {
  if (map < 0 || !CHANGES.includes(id)) return undefined;
  const flags = walk.mapViews[map].attr.mapFlags ?? 0;
  return flags & bpf_flags.BPF_F_RDONLY_PROG ? walk.denied('write into map forbidden') : undefined;
}
