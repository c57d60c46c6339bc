import { expect, test } from 'vitest';
import type { BpfObject } from '../../src/object/index.ts';
import { bpf_map_type } from '../../src/uapi/index.ts';
import { sizeMaps } from '../../src/veristat/map-sizes.ts';

test('maps that are left to the process to size get the smallest size there is', () => {
  const sized = (type: number, maxEntries: number) => {
    const map = { type, maxEntries };
    sizeMaps({ maps: [map] } as unknown as BpfObject, 4096);
    return map.maxEntries;
  };
  expect(sized(bpf_map_type.BPF_MAP_TYPE_ARRAY, 0)).toBe(1);
  expect(sized(bpf_map_type.BPF_MAP_TYPE_ARRAY, 7)).toBe(7);
  expect(sized(bpf_map_type.BPF_MAP_TYPE_RINGBUF, 0)).toBe(4096);
  expect(sized(bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE, 0)).toBe(0);
});
