import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { checkExistence } from './hashed-map.ts';
import { headerSize } from './header.ts';
import { nextIndex } from './indexed-map.ts';
import type { MapHost, MapLayout, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkSocketMap, SocketMap } from './socket-map.ts';

const SLOT = 8;

/** After the header, `max_entries` slots of 8 bytes: u32 id of the socket (0: none), u32 unused. */
export function socketArrayLayout({ attr }: MapSpec, { pageSize }: MapHost): MapLayout {
  const elements = headerSize(pageSize);
  return { size: elements + SLOT * attr.maxEntries, header: { elementStride: SLOT }, places: { elements } };
}

/** Maps of sockets whose key is an index: SOCKMAP, REUSEPORT_SOCKARRAY. */
export abstract class SocketArrayMap extends SocketMap {
  readonly #slots = this.region.offset + headerSize(this.host.pageSize);

  /** The id of the socket at an index, or 0. */
  socketAt(index: number): number {
    return index < this.attr.maxEntries ? this.get32(this.#slots + index * SLOT) : 0;
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    return this.showSocket(this.socketAt(this.u32Of(key)));
  }

  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const next = nextIndex(key && this.u32Of(key), this.attr.maxEntries);
    return next < 0 ? next : this.u32Bytes(next);
  }

  protected override dropContents(): void {
    for (let index = 0; index < this.attr.maxEntries; index++) this.setSocket(index, 0);
  }

  protected setSocket(index: number, id: number): void {
    const old = this.socketAt(index);
    if (id !== 0) this.host.hold('sock', id);
    this.set32(this.#slots + index * SLOT, id);
    if (old !== 0) this.host.drop('sock', old);
  }
}

/* BPF_MAP_TYPE_SOCKMAP */
class SockMap extends SocketArrayMap {
  override memlock(): number {
    return structSize.bpf_stab + structSize.pointer * this.attr.maxEntries;
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteBytes(this.keyAt(key));
  }

  protected override put(key: Uint8Array, id: number, flags: bigint): Errno | 0 {
    const index = this.u32Of(key);
    if (index >= this.attr.maxEntries) return -errno.E2BIG;
    const wrong = checkExistence(flags, this.socketAt(index) !== 0);
    if (wrong) return wrong;
    this.setSocket(index, id);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const index = this.u32Of(key);
    if (this.socketAt(index) === 0) return -errno.EINVAL;
    this.setSocket(index, 0);
    return 0;
  }
}

export const sockmap: MapType = {
  check: (attr) => checkSocketMap(attr, { key: INDEX_KEY, flags: FILE_FLAGS }),
  btf: 'unsupported',
  layout: socketArrayLayout,
  open: (host, spec, region) => new SockMap(host, spec, region),
};
