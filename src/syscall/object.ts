import type { Errno, Fd } from './errno.ts';
import type { LinkInfo } from './link.ts';
import type { MapInfo } from './map.ts';
import type { LogBuffer, ProgInfo } from './prog.ts';

/** The kinds of object that have ids. */
export type ObjectKind = 'prog' | 'map' | 'btf' | 'link';

/** `struct bpf_attr` of BPF_BTF_LOAD. */
export interface BtfLoadAttr {
  /** A raw BTF blob, header first. */
  readonly btf: Uint8Array;
  readonly log?: LogBuffer;
}

/** `struct bpf_btf_info`. */
export interface BtfInfo {
  readonly kind: 'btf';
  readonly id: number;
  /** `vmlinux`, a module's name, or empty for a program's. */
  readonly name: string;
  readonly kernelBtf: boolean;
  /** Bytes of the blob. */
  readonly size: number;
  /** The raw blob, a copy, made when it is asked for. */
  readonly btf: Uint8Array;
}

export type ObjectInfo = ProgInfo | MapInfo | BtfInfo | LinkInfo;

/** What is common to all kernel objects: ids, fds, pins, info. */
export interface ObjectCommands {
  btfLoad(attr: BtfLoadAttr): Fd | Errno;
  /** The smallest id of the kind above `start`; -ENOENT after the last one. */
  objGetNextId(kind: ObjectKind, start: number): number | Errno;
  objGetFdById(kind: ObjectKind, id: number): Fd | Errno;
  objGetInfoByFd(fd: Fd): ObjectInfo | Errno;
  /** Pins the object at an absolute path of a bpffs. */
  objPin(fd: Fd, path: string): Errno | 0;
  /** @param flags BPF_F_RDONLY, BPF_F_WRONLY */
  objGet(path: string, flags?: number): Fd | Errno;
  close(fd: Fd): Errno | 0;
  dup(fd: Fd): Fd | Errno;
}
