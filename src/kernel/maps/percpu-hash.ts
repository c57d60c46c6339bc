import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkHash } from './create-rules.ts';
import { bucketsFor, hashLayout, plantSeed } from './hash-table.ts';
import type { MapHost, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { PercpuHashedMap } from './percpu-hashed-map.ts';

/*
 * BPF_MAP_TYPE_PERCPU_HASH: the table of hash-table.ts; an element has one value a CPU, one every `valueStride` bytes
 * (the value size rounded up to 8).
 */
class PercpuHashMap extends PercpuHashedMap {
  override memlock(): number {
    return percpuHashMemlock(this.spec, this.host, this.table.count);
  }

  protected override takeElement(): number | Errno {
    if (this.table.count >= this.attr.maxEntries) return -errno.E2BIG;
    return this.pool.take() || -errno.ENOMEM;
  }
}

/** Bytes that Linux says a per-CPU hash takes. */
export function percpuHashMemlock({ attr }: MapSpec, { cpus }: MapHost, count: number): number {
  const table = structSize.bpf_htab + structSize.htab_bucket * bucketsFor(attr.maxEntries);
  const element = structSize.htab_elem + alignUp(attr.keySize, 8) + structSize.pointer;
  const values = alignUp(attr.valueSize, 8) * cpus;
  if (!((attr.mapFlags ?? 0) & bpf_flags.BPF_F_NO_PREALLOC)) return table + (element + values) * attr.maxEntries;
  const allocated = structSize.llist_node + structSize.pointer;
  return table + (element + structSize.llist_node + allocated + values) * count;
}

function layoutOf(spec: MapSpec, host: MapHost) {
  const valueStride = alignUp(spec.attr.valueSize, 8);
  return hashLayout(spec, host, {
    elementHeader: 8,
    valueBytes: valueStride * host.cpus,
    valueStride,
    capacity: spec.attr.maxEntries,
  });
}

export const percpuHash: MapType = {
  check: checkHash,
  layout: layoutOf,
  open: (host, spec, region) => new PercpuHashMap(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
