import { type Fd, isErrno, type MapInfo, type System } from '../syscall/index.ts';
import { errno } from '../uapi/index.ts';
import { errSyscall } from './errors.ts';

/** A map of the kernel, by an fd of this process: keys and values as bytes in the machine's byte order. */
export class MapHandle {
  readonly system: System;
  readonly fd: Fd;
  readonly name: string;

  constructor(system: System, fd: Fd, name: string) {
    this.system = system;
    this.fd = fd;
    this.name = name;
  }

  /** @throws {SyscallError} */
  info(): MapInfo {
    const info = this.system.objGetInfoByFd(this.fd);
    if (isErrno(info)) throw errSyscall('BPF_OBJ_GET_INFO_BY_FD', this.name, info);
    return info as MapInfo;
  }

  /** The value of a key; undefined where the map has none. @throws {SyscallError} for every other failure */
  lookup(key: Uint8Array): Uint8Array | undefined {
    return this.#found(this.system.mapLookupElem(this.fd, key), 'BPF_MAP_LOOKUP_ELEM');
  }

  /** The value of a key, taken out. */
  lookupAndDelete(key: Uint8Array): Uint8Array | undefined {
    return this.#found(this.system.mapLookupAndDeleteElem(this.fd, key), 'BPF_MAP_LOOKUP_AND_DELETE_ELEM');
  }

  /** @param flags BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK */
  update(key: Uint8Array, value: Uint8Array, flags = 0n): void {
    const done = this.system.mapUpdateElem(this.fd, key, value, flags);
    if (isErrno(done)) throw errSyscall('BPF_MAP_UPDATE_ELEM', this.name, done);
  }

  /** @returns whether there was such an element */
  delete(key: Uint8Array): boolean {
    const done = this.system.mapDeleteElem(this.fd, key);
    if (done === -errno.ENOENT) return false;
    if (isErrno(done)) throw errSyscall('BPF_MAP_DELETE_ELEM', this.name, done);
    return true;
  }

  /** Keys in the map's order; elements that come or go meanwhile may be missed or met twice, as in Linux. */
  *keys(): Generator<Uint8Array> {
    for (let key: Uint8Array | undefined; ; ) {
      const next = this.system.mapGetNextKey(this.fd, key);
      if (next === -errno.ENOENT) return;
      if (isErrno(next)) throw errSyscall('BPF_MAP_GET_NEXT_KEY', this.name, next);
      key = next as Uint8Array;
      yield key;
    }
  }

  /** Elements in the map's order. */
  *entries(): Generator<readonly [key: Uint8Array, value: Uint8Array]> {
    for (const key of this.keys()) {
      const value = this.lookup(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /** Gives up the fd. */
  close(): void {
    this.system.close(this.fd);
  }

  #found(result: Uint8Array | number, op: string): Uint8Array | undefined {
    if (result === -errno.ENOENT) return undefined;
    if (isErrno(result)) throw errSyscall(op, this.name, result);
    return result as Uint8Array;
  }
}
