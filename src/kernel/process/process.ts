import type * as S from '../../syscall/index.ts';
import { type bpf_cmd, errno } from '../../uapi/index.ts';
import { btfLoad } from '../commands/btf-load.ts';
import { objGetInfoByFd } from '../commands/info.ts';
import { iterCreate, readFd } from '../commands/iter.ts';
import { linkCreate, linkDetach, linkUpdate } from '../commands/link.ts';
import { mapCreate } from '../commands/map-create.ts';
import * as mapElem from '../commands/map-elem.ts';
import { mmap, poll } from '../commands/memory.ts';
import * as obj from '../commands/obj.ts';
import { perfEventOpen } from '../commands/perf-event-open.ts';
import { progAttach, progDetach } from '../commands/prog-attach.ts';
import { progBindMap } from '../commands/prog-bind-map.ts';
import { progLoad } from '../commands/prog-load.ts';
import { checkCommandVersion } from '../commands/since.ts';
import { INIT_NETNS } from '../core/netns.ts';
import { machineFacts, readKernelFile, writeKernelFile } from '../files/kernel-files.ts';
import { type Caller, idOfFd, installFd } from './caller.ts';

type Fd = S.Fd;
type Errno = S.Errno;

/** A process of an emulated kernel: the system calls, on its own file descriptors. */
export class Process implements S.System {
  readonly #caller: Caller;
  readonly #ended: () => void;
  #mappings = new Set<S.MappedMemory>();
  #alive = true;

  /** @param ended called once, after the last fd is closed */
  constructor(caller: Caller, ended: () => void) {
    this.#caller = caller;
    this.#ended = ended;
  }

  /** Unmaps all memory and closes all fds. */
  exit(): void {
    if (!this.#alive) return;
    this.#unmapAll();
    this.#caller.fds.closeAll();
    this.#ended();
  }

  /**
   * Ends the use of this object, but not of the process: its fds stay open, also when the kernel is saved, for
   * `Kernel.resumeProcess`; after `forNs` nanoseconds they are closed.
   * @returns the number to resume it by
   */
  park(forNs: bigint): number {
    const { fds, task, state, parked } = this.#caller;
    this.#unmapAll();
    this.#ended();
    return parked.park(fds, task, state.clock.now() + forNs);
  }

  #unmapAll(): void {
    this.#alive = false;
    for (const mapping of this.#mappings) mapping.unmap();
    this.#mappings.clear();
  }

  /** -EINVAL where this version has no such command. */
  #lacks(command: keyof typeof bpf_cmd): Errno | 0 {
    return checkCommandVersion(this.#caller.state.profile.version, command);
  }

  // Maps.

  mapCreate(attr: S.MapCreateAttr): Fd | Errno {
    return mapCreate(this.#caller, attr);
  }

  mapLookupElem(fd: Fd, key: Uint8Array, flags = 0n): Uint8Array | Errno {
    return mapElem.mapLookupElem(this.#caller, { fd, key, flags });
  }

  mapUpdateElem(fd: Fd, key: Uint8Array, value: Uint8Array, flags = 0n): Errno | 0 {
    return mapElem.mapUpdateElem(this.#caller, fd, { key, value, flags });
  }

  mapDeleteElem(fd: Fd, key: Uint8Array): Errno | 0 {
    return mapElem.mapDeleteElem(this.#caller, fd, key);
  }

  mapGetNextKey(fd: Fd, key: Uint8Array | undefined): Uint8Array | Errno {
    return mapElem.mapGetNextKey(this.#caller, fd, key);
  }

  mapLookupAndDeleteElem(fd: Fd, key: Uint8Array, flags = 0n): Uint8Array | Errno {
    return mapElem.mapLookupAndDeleteElem(this.#caller, { fd, key, flags });
  }

  mapLookupBatch(fd: Fd, from: Uint8Array | undefined, count: number): S.MapBatch | Errno {
    return this.#lacks('BPF_MAP_LOOKUP_BATCH') || mapElem.mapLookupBatch(this.#caller, fd, { from, count });
  }

  mapFreeze(fd: Fd): Errno | 0 {
    return this.#lacks('BPF_MAP_FREEZE') || mapElem.mapFreeze(this.#caller, fd);
  }

  // Programs.

  progLoad(attr: S.ProgLoadAttr): Fd | Errno {
    return progLoad(this.#caller, attr);
  }

  progTestRun(fd: Fd, attr: S.ProgTestRunAttr): S.ProgTestRunResult | Errno {
    const id = idOfFd(this.#caller, 'prog', fd);
    if (id < 0) return id;
    const { state, services, task } = this.#caller;
    return services.testRun(state, { prog: state.progs.expect(id), attr, task });
  }

  progAttach(attr: S.ProgAttachAttr): Errno | 0 {
    return progAttach(this.#caller, attr);
  }

  progDetach(attr: S.ProgAttachAttr): Errno | 0 {
    return progDetach(this.#caller, attr);
  }

  progBindMap(progFd: Fd, mapFd: Fd): Errno | 0 {
    return this.#lacks('BPF_PROG_BIND_MAP') || progBindMap(this.#caller, progFd, mapFd);
  }

  // Objects.

  btfLoad(attr: S.BtfLoadAttr): Fd | Errno {
    return btfLoad(this.#caller, attr);
  }

  objGetNextId(kind: S.ObjectKind, start: number): number | Errno {
    return obj.objGetNextId(this.#caller, kind, start);
  }

  objGetFdById(kind: S.ObjectKind, id: number): Fd | Errno {
    return obj.objGetFdById(this.#caller, kind, id);
  }

  objGetInfoByFd(fd: Fd): S.ObjectInfo | Errno {
    return objGetInfoByFd(this.#caller, fd);
  }

  objPin(fd: Fd, path: string): Errno | 0 {
    return obj.objPin(this.#caller, fd, path);
  }

  objGet(path: string, flags = 0): Fd | Errno {
    return obj.objGet(this.#caller, path, flags);
  }

  close(fd: Fd): Errno | 0 {
    return this.#caller.fds.close(fd);
  }

  dup(fd: Fd): Fd | Errno {
    return this.#caller.fds.dup(fd);
  }

  // Links and perf events.

  linkCreate(attr: S.LinkCreateAttr): Fd | Errno {
    return linkCreate(this.#caller, attr);
  }

  linkUpdate(fd: Fd, newProgFd: Fd, options: { readonly oldProgFd?: Fd; readonly flags?: number } = {}): Errno | 0 {
    return this.#lacks('BPF_LINK_UPDATE') || linkUpdate(this.#caller, { fd, newProgFd, ...options });
  }

  linkDetach(fd: Fd): Errno | 0 {
    return this.#lacks('BPF_LINK_DETACH') || linkDetach(this.#caller, fd);
  }

  iterCreate(linkFd: Fd): Fd | Errno {
    return this.#lacks('BPF_ITER_CREATE') || iterCreate(this.#caller, linkFd);
  }

  perfEventOpen(attr: S.PerfEventAttr): Fd | Errno {
    return perfEventOpen(this.#caller, attr);
  }

  // Memory.

  mmap(fd: Fd, offset: number, length: number, options: { readonly write: boolean }): S.MappedMemory | Errno {
    const mapping = mmap(this.#caller, fd, { offset, length, write: options.write });
    if (typeof mapping === 'number') return mapping;
    this.#mappings.add(mapping);
    return mapping;
  }

  poll(fd: Fd, timeoutMs: number | undefined, signal?: AbortSignal): Promise<boolean> {
    return poll(this.#caller, fd, { timeoutMs, signal });
  }

  // Files.

  machineFacts(): S.MachineFacts {
    return machineFacts(this.#caller.state);
  }

  readFile(path: string): Uint8Array | Errno {
    return readKernelFile(this.#caller.state, path);
  }

  writeFile(path: string, bytes: Uint8Array): Errno | 0 {
    return writeKernelFile(this.#caller, path, bytes);
  }

  read(fd: Fd, length: number): Uint8Array | Errno {
    return readFd(this.#caller, fd, length);
  }

  readdir(path: string): readonly S.DirectoryEntry[] | Errno {
    return this.#caller.bpffs.readdir(path);
  }

  mkdir(path: string): Errno | 0 {
    const { bpffs, state } = this.#caller;
    return state.cgroups.covers(path) ? state.cgroups.mkdir(path) : bpffs.mkdir(path);
  }

  rmdir(path: string): Errno | 0 {
    return this.#caller.bpffs.rmdir(path);
  }

  unlink(path: string): Errno | 0 {
    return this.#caller.bpffs.unlink(path);
  }

  rename(from: string, to: string): Errno | 0 {
    return this.#caller.bpffs.rename(from, to);
  }

  tracePipe(signal?: AbortSignal): AsyncIterable<string> {
    return this.#caller.state.trace.lines(signal);
  }

  // Devices and cgroups.

  netDevices(): readonly S.NetDevice[] {
    return this.#caller.services.netDevices(this.#caller.state);
  }

  openNetns(path: string): Fd | Errno {
    if (!/^\/proc\/(self|thread-self|\d+)\/ns\/net$/.test(path)) return -errno.ENOENT;
    return installFd(this.#caller, 'netns', INIT_NETNS);
  }

  openCgroup(path: string): Fd | Errno {
    const id = this.#caller.state.cgroups.idOf(path);
    return id === undefined ? -errno.ENOENT : installFd(this.#caller, 'cgroup', id);
  }
}
