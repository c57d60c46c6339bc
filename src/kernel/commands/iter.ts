import type { Errno, Fd } from '../../syscall/index.ts';
import { bpf_link_type, errno } from '../../uapi/index.ts';
import { type Caller, idOfFd, installFd } from '../process/caller.ts';

/** BPF_ITER_CREATE: a file whose text the iterator's program writes. */
export function iterCreate(caller: Caller, linkFd: Fd): Fd | Errno {
  const { links } = caller.state;
  const id = idOfFd(caller, 'link', linkFd);
  if (id < 0) return id;
  if (links.expect(id).type !== bpf_link_type.BPF_LINK_TYPE_ITER) return -errno.EINVAL;
  links.holdForUser(id);
  return installFd(caller, 'iter', id);
}

/** read(2); the first read of an iterator runs it. */
export function readFd(caller: Caller, fd: Fd, length: number): Uint8Array | Errno {
  const file = caller.fds.get(fd);
  if (!file) return -errno.EBADF;
  if (file.kind !== 'iter') return -errno.EINVAL;
  if (file.text === undefined) {
    const { state, services, task } = caller;
    const text = services.runIterator(state, state.links.expect(file.id), task);
    if (typeof text === 'number') return text;
    file.text = text;
  }
  const from = file.position ?? 0;
  file.position = Math.min(file.text.length, from + length);
  return file.text.slice(from, file.position);
}
