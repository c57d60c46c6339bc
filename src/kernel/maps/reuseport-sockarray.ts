import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { ACCESS_FLAGS, INDEX_KEY } from './create-rules.ts';
import { checkExistence } from './hashed-map.ts';
import type { FdResolver, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkSocketMap } from './socket-map.ts';
import { SocketArrayMap, socketArrayLayout } from './sockmap.ts';

/* BPF_MAP_TYPE_REUSEPORT_SOCKARRAY: slots of sockmap.ts. */
class ReuseportSockArray extends SocketArrayMap {
  override memlock(): number {
    return structSize.reuseport_array + structSize.pointer * this.attr.maxEntries;
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteBytes(this.keyAt(key));
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    if (flags > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    if (this.u32Of(key) >= this.attr.maxEntries) return -errno.E2BIG;
    const id = fds.idOfFd('sock', this.u32Of(value) | 0);
    return id < 0 ? id : this.put(key, id, flags);
  }

  protected override put(key: Uint8Array, id: number, flags: bigint): Errno | 0 {
    const index = this.u32Of(key);
    const wrong = checkExistence(flags, this.socketAt(index) !== 0);
    if (wrong) return wrong;
    this.setSocket(index, id);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.E2BIG;
    if (this.socketAt(index) === 0) return -errno.ENOENT;
    this.setSocket(index, 0);
    return 0;
  }
}

export const reuseportSockarray: MapType = {
  check: (attr) => checkSocketMap(attr, { key: INDEX_KEY, flags: bpf_flags.BPF_F_NUMA_NODE | ACCESS_FLAGS }),
  layout: socketArrayLayout,
  open: (host, spec, region) => new ReuseportSockArray(host, spec, region),
};
