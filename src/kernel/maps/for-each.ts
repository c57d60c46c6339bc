import type { BpfMap, ElementVisitor } from './map.ts';

/**
 * bpf_for_each_map_elem over the indexes of an array: the callback's key is a u32 of the kernel's, valid during the walk.
 * @returns how many elements were visited
 */
export function forEachIndex(map: BpfMap, visit: ElementVisitor, valuePlace: (index: number) => number): number {
  const { memory, endian } = map.host;
  const key = memory.alloc(8, { kind: 'map', name: 'bpf_for_each_map_elem key' });
  let visited = 0;
  try {
    while (visited < map.attr.maxEntries) {
      memory.view().setUint32(key.offset, visited, endian === 'little');
      if (visit(key.offset, valuePlace(visited++)) !== 0) break;
    }
  } finally {
    memory.free(key);
  }
  return visited;
}
