import type { Errno } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_flags, errno } from '../../uapi/index.ts';
import { checkValueLimit } from './create-rules.ts';
import type { FdResolver, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkRedirect, RedirectArrayMap, redirectArrayLayout } from './redirect-array.ts';
import type { RedirectEntry } from './redirect-value.ts';

/** Longest queue of an entry. */
const MAX_QUEUE = 16384;
/** Most CPUs that the recorded kernel was built for (CONFIG_NR_CPUS). */
const NR_CPUS = 256;

/* BPF_MAP_TYPE_CPUMAP: entries of redirect-array.ts; the index is a CPU, the target the length of its queue. */
class CpuMap extends RedirectArrayMap {
  protected override readonly attachType = bpf_attach_type.BPF_XDP_CPUMAP;
  protected override readonly badProgram = -errno.ENOMEM;

  override memlock(): number {
    return structSize.bpf_cpu_map + structSize.pointer * this.attr.maxEntries;
  }

  protected override admit(index: number, value: Uint8Array, fds: FdResolver): RedirectEntry | Errno {
    if (this.u32Of(value) > MAX_QUEUE) return -errno.EOVERFLOW;
    if (index >= this.host.cpus) return -errno.ENODEV;
    return this.parseEntry(value, fds);
  }
}

export const cpumap: MapType = {
  check: (attr) => checkRedirect(attr, bpf_flags.BPF_F_NUMA_NODE) || checkValueLimit(attr.maxEntries, NR_CPUS),
  btf: 'unsupported',
  layout: redirectArrayLayout,
  open: (host, spec, region) => new CpuMap(host, spec, region),
};
