import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_flags, errno } from '../../uapi/index.ts';
import { field } from './header.ts';
import type { FdResolver, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkRedirect, RedirectArrayMap, redirectArrayLayout } from './redirect-array.ts';
import type { RedirectEntry } from './redirect-value.ts';

/* BPF_MAP_TYPE_DEVMAP: entries of redirect-array.ts; the target is an ifindex. */
class DevMap extends RedirectArrayMap {
  protected override readonly attachType = bpf_attach_type.BPF_XDP_DEVMAP;
  protected override readonly badProgram = -errno.EINVAL;

  /** As Linux counts: an update that empties a slot leaves it counted, one of an empty slot counts whatever it writes. */
  override memlock(): number {
    const { bpf_dtab, pointer, bpf_dtab_netdev } = structSize;
    return bpf_dtab + pointer * this.attr.maxEntries + bpf_dtab_netdev * this.header.get(field.count);
  }

  protected override admit(_index: number, value: Uint8Array, fds: FdResolver): RedirectEntry | Errno {
    const entry = this.parseEntry(value, fds);
    if (typeof entry === 'number') return entry;
    return entry.target === 0 || this.host.hasNetDevice(entry.target) ? entry : -errno.EINVAL;
  }

  protected override counted(change: 1 | -1): void {
    this.header.set(field.count, this.header.get(field.count) + change);
  }
}

/** Programs look entries up, but may not write them: the kernel adds the flag itself. */
export function readOnlyForPrograms(attr: MapCreateAttr): MapCreateAttr {
  return { ...attr, mapFlags: (attr.mapFlags ?? 0) | bpf_flags.BPF_F_RDONLY_PROG };
}

export const devmap: MapType = {
  check: (attr) => checkRedirect(attr),
  btf: 'unsupported',
  adjust: readOnlyForPrograms,
  layout: redirectArrayLayout,
  open: (host, spec, region) => new DevMap(host, spec, region),
};
