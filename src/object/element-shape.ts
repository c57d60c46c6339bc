import { type Btf, type BtfId, type Shape, shapeOf } from '../btf/index.ts';
import { bpf_map_type as M } from '../uapi/index.ts';
import type { MapSpec } from './spec.ts';

/** The shape of a type whose values take `size` bytes; bytes where there is none of that size. */
export function sizedShape(btf: Btf | undefined, id: BtfId, size: number): Shape {
  const shape = btf !== undefined && id !== 0 ? shapeOf(btf, id) : undefined;
  return shape?.size === size ? shape : { kind: 'bytes', size };
}

/** Maps whose keys are indexes from 0, whether their definition says so or only their size. */
const INDEXED: ReadonlySet<number> = new Set([
  M.BPF_MAP_TYPE_ARRAY,
  M.BPF_MAP_TYPE_PERCPU_ARRAY,
  M.BPF_MAP_TYPE_PROG_ARRAY,
  M.BPF_MAP_TYPE_PERF_EVENT_ARRAY,
  M.BPF_MAP_TYPE_CGROUP_ARRAY,
  M.BPF_MAP_TYPE_ARRAY_OF_MAPS,
  M.BPF_MAP_TYPE_DEVMAP,
  M.BPF_MAP_TYPE_SOCKMAP,
  M.BPF_MAP_TYPE_CPUMAP,
  M.BPF_MAP_TYPE_XSKMAP,
  M.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
]);

/** The shape of a map's keys. */
export function keyShape(btf: Btf | undefined, map: MapSpec): Shape {
  const shape = sizedShape(btf, map.keyTypeId, map.keySize);
  const index = shape.kind === 'bytes' && map.keySize === 4 && INDEXED.has(map.type);
  return index ? { kind: 'int', size: 4, signed: false } : shape;
}

/** The shape of a map's values; of a per-CPU map, of each CPU's. */
export function valueShape(btf: Btf | undefined, map: MapSpec): Shape {
  return sizedShape(btf, map.valueTypeId, map.valueSize);
}
