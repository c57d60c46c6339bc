import { bpf_func_id } from '../uapi/index.ts';

const PREFIX = 'BPF_FUNC_';

const helperNames = new Map<number, string>(
  Object.entries(bpf_func_id)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, id]) => [id, `bpf_${name.slice(PREFIX.length)}`]),
);

/** `bpf_map_lookup_elem` for 1; undefined for a number that is no helper's. */
export function helperName(id: number): string | undefined {
  return helperNames.get(id);
}
