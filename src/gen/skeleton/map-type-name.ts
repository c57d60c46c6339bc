import { bpf_map_type } from '../../uapi/index.ts';

/** `BPF_MAP_TYPE_HASH`, or the number where it has no name. */
export function mapTypeName(type: number): string {
  return Object.entries(bpf_map_type).find(([, value]) => value === type)?.[0] ?? `map type ${type}`;
}
