import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, FD_VALUE, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import type { FdResolver, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { SocketArrayMap, socketArrayLayout } from './sockmap.ts';

/* BPF_MAP_TYPE_XSKMAP: slots of sockmap.ts; the sockets are those of AF_XDP. */
class XskMap extends SocketArrayMap {
  override memlock(): number {
    return structSize.xsk_map + structSize.pointer * this.attr.maxEntries;
  }

  protected override lookupBytes(): Errno {
    return -errno.ENOTSUP;
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    if (flags > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    if (this.u32Of(key) >= this.attr.maxEntries) return -errno.E2BIG;
    const id = fds.idOfFd('sock', this.u32Of(value) | 0);
    return id < 0 ? id : this.put(key, id, flags);
  }

  protected override put(key: Uint8Array, id: number, flags: bigint): Errno | 0 {
    const index = this.u32Of(key);
    const exists = this.socketAt(index) !== 0;
    if (exists && flags === BigInt(bpf_flags.BPF_NOEXIST)) return -errno.EEXIST;
    if (!exists && flags === BigInt(bpf_flags.BPF_EXIST)) return -errno.ENOENT;
    this.setSocket(index, id);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.EINVAL;
    this.setSocket(index, 0);
    return 0;
  }
}

export const xskmap: MapType = {
  check: (attr) => checkShape(attr, { key: INDEX_KEY, value: FD_VALUE, flags: FILE_FLAGS }),
  btf: 'unsupported',
  layout: socketArrayLayout,
  open: (host, spec, region) => new XskMap(host, spec, region),
};
