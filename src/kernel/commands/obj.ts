import type { Errno, Fd, ObjectKind } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { ObjectTable } from '../core/object-table.ts';
import type { KernelState } from '../core/state.ts';
import { type Caller, installFd } from '../process/caller.ts';
import { hasCapability } from '../process/capable.ts';
import { fileMode } from './map-create.ts';

const MAX_ID = 0x7fff_ffff;

/** The table of a kind that has ids which processes may ask for. */
function tableOf(state: KernelState, kind: ObjectKind): ObjectTable<unknown> {
  switch (kind) {
    case 'prog':
      return state.progs;
    case 'map':
      return state.maps;
    case 'btf':
      return state.btfs;
    case 'link':
      return state.links;
  }
}

/** BPF_PROG_GET_NEXT_ID and its siblings. */
export function objGetNextId(caller: Caller, kind: ObjectKind, start: number): number | Errno {
  if (!(start >= 0 && start < MAX_ID)) return -errno.EINVAL;
  if (!hasCapability(caller, 'CAP_SYS_ADMIN')) return -errno.EPERM;
  return tableOf(caller.state, kind).nextId(start);
}

/** BPF_PROG_GET_FD_BY_ID and its siblings. */
export function objGetFdById(caller: Caller, kind: ObjectKind, id: number): Fd | Errno {
  if (!hasCapability(caller, 'CAP_SYS_ADMIN')) return -errno.EPERM;
  const table = tableOf(caller.state, kind);
  if (!table.has(id)) return -errno.ENOENT;
  table.holdForUser(id);
  return installFd(caller, kind, id);
}

/** BPF_OBJ_PIN. Whatever is no program, map or link is -EINVAL, also a closed fd. */
export function objPin(caller: Caller, fd: Fd, path: string): Errno | 0 {
  const file = caller.fds.get(fd);
  if (file?.kind !== 'prog' && file?.kind !== 'map' && file?.kind !== 'link') return -errno.EINVAL;
  return caller.bpffs.pin(path, file.kind, file.id);
}

/** BPF_OBJ_GET. */
export function objGet(caller: Caller, path: string, flags: number): Fd | Errno {
  if (flags & ~OBJ_GET_FLAGS) return -errno.EINVAL;
  const mode = fileMode(flags);
  if (typeof mode === 'number') return mode;
  const pin = caller.bpffs.lookup(path);
  if (typeof pin === 'number') return pin;
  tableOf(caller.state, pin.kind).holdForUser(pin.id);
  return installFd(caller, pin.kind, pin.id, mode);
}

/** BPF_F_RDONLY, BPF_F_WRONLY. */
const OBJ_GET_FLAGS = 0x18;
