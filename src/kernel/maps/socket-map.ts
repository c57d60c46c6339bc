import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, type Range, type ShapeRule } from './create-rules.ts';
import { BpfMap, type FdResolver } from './map.ts';

const BPF_EXIST = BigInt(bpf_flags.BPF_EXIST);

/** A socket goes in as an fd of 4 or 8 bytes; 8 bytes show its cookie. */
export function checkSocketMap(attr: MapCreateAttr, rule: ShapeRule & { readonly key?: Range }): Errno | 0 {
  const wrong = checkShape(attr, { ...rule, value: [4, 8] });
  return wrong || (attr.valueSize % 4 === 0 ? 0 : -errno.EINVAL);
}

/** Maps of sockets: what their elements have in common. An element's value is u64 little-endian: the socket's id. */
export abstract class SocketMap extends BpfMap {
  /** The id of the socket behind the fd that a value holds. */
  protected socketOf(value: Uint8Array, fds: FdResolver): number | Errno {
    const fd = this.u32Of(this.host.endian === 'big' && value.length === 8 ? value.subarray(4) : value);
    if (fd > 0x7fff_ffff) return -errno.EINVAL;
    return fds.idOfFd('sock', fd);
  }

  /** What bpf(2) shows of a socket. */
  protected showSocket(id: number): Uint8Array | Errno {
    if (this.attr.valueSize !== 8) return -errno.ENOSPC;
    if (id === 0) return -errno.ENOENT;
    const cookie = new Uint8Array(8);
    cookie.set(this.u32Bytes(id), this.host.endian === 'little' ? 0 : 4);
    return cookie;
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    const id = this.socketOf(value, fds);
    if (isErrno(id)) return id;
    return flags > BPF_EXIST ? -errno.EINVAL : this.put(key, id, flags);
  }

  /** Puts a socket to a key; flags are those of an update. */
  protected abstract put(key: Uint8Array, id: number, flags: bigint): Errno | 0;
}
