import type { Errno, Fd } from '../../syscall/index.ts';
import type { BpfFs } from '../bpffs/bpffs.ts';
import type { KernelServices } from '../core/services.ts';
import type { KernelState } from '../core/state.ts';
import type { TaskInfo } from '../core/task.ts';
import type { FdTable, FileKind } from './fd-table.ts';
import type { ParkedProcesses } from './parked.ts';

/** On whose behalf a command of bpf(2) runs. */
export interface Caller {
  readonly state: KernelState;
  readonly services: KernelServices;
  readonly bpffs: BpfFs;
  readonly fds: FdTable;
  readonly parked: ParkedProcesses;
  readonly task: TaskInfo;
}

/** How an fd may be used. */
export interface FileMode {
  readonly readable: boolean;
  readonly writable: boolean;
}

const READ_WRITE: FileMode = { readable: true, writable: true };

/** Opens an fd of an object to which the caller of this function has taken the reference. */
export function installFd(caller: Caller, kind: FileKind, id: number, mode: FileMode = READ_WRITE): Fd | Errno {
  return caller.fds.open({ kind, id, ...mode });
}

/** The id of the object of that kind behind the fd; -EBADF where there is none, -EINVAL where it is another. */
export function idOfFd(caller: Caller, kind: FileKind, fd: Fd): number | Errno {
  const file = caller.fds.ofKind(fd, kind);
  return typeof file === 'number' ? file : file.id;
}
