import { readWords } from '../base/index.ts';
import { type Btf, parseBtf } from '../btf/index.ts';
import {
  type BtfInfo,
  type Fd,
  isErrno,
  type LinkInfo,
  type MapInfo,
  type ObjectInfo,
  type ObjectKind,
  type ProgInfo,
  type System,
} from '../syscall/index.ts';
import { BPF_OBJ_NAME_LEN, errno } from '../uapi/index.ts';
import { errFailed, errSystem } from './errors.ts';

/** Where a bpffs is mounted. */
const BPFFS = '/sys/fs/bpf';

/** What commands ask about the objects of a kernel, each thing read once. */
export class KernelObjects {
  readonly system: System;
  readonly #btfs = new Map<number, Btf>();
  #kernelBtf: Btf | undefined;

  constructor(system: System) {
    this.system = system;
  }

  /** Every id of a kind, ascending. */
  *ids(kind: ObjectKind): Generator<number> {
    for (let id = 0; ; ) {
      const next = this.system.objGetNextId(kind, id);
      if (next === -errno.ENOENT) return;
      if (isErrno(next)) throw errSystem(`can't get next ${kind === 'prog' ? 'program' : kind}`, next, -1);
      yield (id = next);
    }
  }

  /** Every object of a kind; the fd is closed when the next one is asked for. */
  *all(kind: ObjectKind): Generator<{ fd: Fd; info: ObjectInfo }> {
    for (const id of this.ids(kind)) {
      const fd = this.system.objGetFdById(kind, id);
      // It may be gone since its id was read.
      if (fd === -errno.ENOENT) continue;
      if (isErrno(fd)) throw errSystem(`can't get ${kind} by id (${id})`, fd, -1);
      yield { fd, info: this.#info(fd, kind) };
      this.system.close(fd);
    }
  }

  /** What `look` makes of every object of a kind; the fd is open only meanwhile. */
  map<T>(kind: ObjectKind, look: (fd: Fd) => T): T[] {
    const seen: T[] = [];
    for (const { fd } of this.all(kind)) seen.push(look(fd));
    return seen;
  }

  /** Fds of the objects that a test accepts; the caller closes them. */
  find(kind: ObjectKind, accepts: (info: ObjectInfo) => boolean): Fd[] {
    const fds: Fd[] = [];
    for (const { fd, info } of this.all(kind)) {
      if (!accepts(info)) continue;
      const kept = this.system.dup(fd);
      if (!isErrno(kept)) fds.push(kept);
    }
    return fds;
  }

  progInfo(fd: Fd): ProgInfo {
    return this.#info(fd, 'prog') as ProgInfo;
  }

  mapInfo(fd: Fd): MapInfo {
    return this.#info(fd, 'map') as MapInfo;
  }

  linkInfo(fd: Fd): LinkInfo {
    return this.#info(fd, 'link') as LinkInfo;
  }

  btfInfo(fd: Fd): BtfInfo {
    return this.#info(fd, 'btf') as BtfInfo;
  }

  #info(fd: Fd, kind: ObjectKind): ObjectInfo {
    const info = this.system.objGetInfoByFd(fd);
    const what = kind === 'btf' ? 'BTF object' : kind;
    if (isErrno(info)) throw errSystem(`can't get ${what} info`, info, -1);
    if ((info as ObjectInfo).kind !== kind)
      throw errFailed(`can't get ${what} info: it is a ${(info as ObjectInfo).kind}`);
    return info as ObjectInfo;
  }

  /** A loaded BTF by its id; a module's on the kernel's. */
  btf(id: number, base?: Btf): Btf {
    const known = this.#btfs.get(id);
    if (known && base === undefined) return known;
    const fd = this.system.objGetFdById('btf', id);
    if (isErrno(fd)) throw errSystem(`get btf by id (${id})`, fd);
    const info = this.btfInfo(fd);
    this.system.close(fd);
    const split = info.kernelBtf && info.name !== 'vmlinux';
    const parsed = parseBtf(info.btf, { base: base ?? (split ? this.kernelBtf() : undefined) });
    this.#btfs.set(id, parsed);
    return parsed;
  }

  /** The kernel's own BTF. */
  kernelBtf(): Btf {
    if (this.#kernelBtf === undefined) {
      const bytes = this.system.readFile('/sys/kernel/btf/vmlinux');
      if (isErrno(bytes)) throw errFailed('failed to get kernel btf', bytes);
      this.#kernelBtf = parseBtf(bytes as Uint8Array);
    }
    return this.#kernelBtf;
  }

  /** A program's name; where the kernel had to cut it, as its BTF has it. */
  progFullName(info: ProgInfo): string {
    if (info.name.length < BPF_OBJ_NAME_LEN - 1 || info.btfId === 0 || info.funcInfo.length === 0) return info.name;
    const btf = this.btf(info.btfId);
    // The second word of a record is the FUNC's id; the first record is the program's own.
    const typeId = readWords(info.funcInfo, btf.endian)[1];
    const type = btf.has(typeId) ? btf.typeById(typeId) : undefined;
    return type?.kind === 'FUNC' ? type.name : info.name;
  }

  /** Where objects of a kind are pinned, by id. */
  pins(kind: 'prog' | 'map' | 'link'): Map<number, string[]> {
    const pins = new Map<number, string[]>();
    const walk = (directory: string): void => {
      const entries = this.system.readdir(directory);
      if (isErrno(entries)) return;
      for (const { name, type } of entries as Exclude<typeof entries, number>) {
        const path = `${directory}/${name}`;
        if (type === 'directory') walk(path);
        if (type !== kind) continue;
        const fd = this.system.objGet(path);
        if (isErrno(fd)) continue;
        const { id } = this.#info(fd, kind);
        this.system.close(fd);
        pins.set(id, [...(pins.get(id) ?? []), path]);
      }
    };
    walk(BPFFS);
    return pins;
  }
}
