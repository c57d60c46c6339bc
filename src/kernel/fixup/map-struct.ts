import { mapTypeNames } from '../../catalog/index.ts';
import type { KernelState } from '../core/state.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';
import type { BpfMap } from '../maps/map.ts';

/** Room for `struct bpf_map` at the begin of a map's memory. */
const ROOM = 1024;

/** Writes the `struct bpf_map` that programs may read through their pointer to a map. */
export function fillMapStruct(state: KernelState, layout: KernelLayout, map: BpfMap): void {
  if ((layout.sizeOf('bpf_map') ?? ROOM + 1) > ROOM) return;
  const { attr } = map;
  state.memory.touch(map.region.offset, ROOM);
  const struct = new KernelStruct(state.memory, layout, map.region.offset);
  struct.setIfThere('bpf_map.ops', state.symbols().address(`${mapTypeNames[map.type]}_map_ops`) ?? map.address);
  struct.setIfThere('bpf_map.map_type', map.type);
  struct.setIfThere('bpf_map.key_size', attr.keySize);
  struct.setIfThere('bpf_map.value_size', attr.valueSize);
  struct.setIfThere('bpf_map.max_entries', attr.maxEntries);
  struct.setIfThere('bpf_map.map_flags', map.flags);
  struct.setIfThere('bpf_map.id', map.id);
  struct.setIfThere('bpf_map.numa_node', attr.numaNode ?? -1);
  const name = layout.find('bpf_map.name');
  if (name) struct.bytes('bpf_map.name').set(new TextEncoder().encode(attr.mapName ?? '').subarray(0, 15));
}
