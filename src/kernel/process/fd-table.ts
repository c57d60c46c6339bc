import type { Errno, Fd } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';

/** Kinds of object that an open file stands for. */
export type FileKind = 'prog' | 'map' | 'btf' | 'link' | 'perf_event' | 'iter' | 'cgroup' | 'netns';

/** An open file: what one or more fds (by `dup`) stand for. */
export interface OpenFile {
  readonly kind: FileKind;
  /** The object's id; of an iterator that of its link. */
  readonly id: number;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Iterator: its whole text once the first read has run it, and how far it has been read. */
  text?: Uint8Array;
  position?: number;
  /** A perf event array: what was put in through this file, and goes out again when it is closed. */
  installed?: readonly { readonly index: number; readonly event: number }[];
}

/** An open file and the fds that stand for it, as they are saved. */
export interface SavedFile {
  readonly file: OpenFile;
  readonly fds: readonly Fd[];
}

interface Slot {
  readonly file: OpenFile;
  /** Shared by the fds of one open file. */
  readonly count: { fds: number };
}

/** 0 to 2 are the standard streams. */
const FIRST_FD = 3;
/** RLIMIT_NOFILE. */
const MAX_FDS = 1_048_576;

/** The file descriptors of one process: the lowest free number first. */
export class FdTable {
  readonly #slots: (Slot | undefined)[] = [];
  readonly #closed: (file: OpenFile) => void;
  #lowest = 0;

  /** @param closed called when the last fd of an open file is closed */
  constructor(closed: (file: OpenFile) => void) {
    this.#closed = closed;
  }

  /** @returns the new fd, or -EMFILE (the file is then closed) */
  open(file: OpenFile): Fd | Errno {
    return this.#place({ file, count: { fds: 0 } });
  }

  get(fd: Fd): OpenFile | undefined {
    return this.#slots[fd - FIRST_FD]?.file;
  }

  /** The file where it is of that kind; -EBADF where there is none, -EINVAL where it is of another. */
  ofKind(fd: Fd, kind: FileKind): OpenFile | Errno {
    const file = this.get(fd);
    if (!file) return -errno.EBADF;
    return file.kind === kind ? file : -errno.EINVAL;
  }

  dup(fd: Fd): Fd | Errno {
    const slot = this.#slots[fd - FIRST_FD];
    return slot ? this.#place(slot) : -errno.EBADF;
  }

  close(fd: Fd): Errno | 0 {
    const slot = this.#slots[fd - FIRST_FD];
    if (!slot) return -errno.EBADF;
    this.#slots[fd - FIRST_FD] = undefined;
    this.#lowest = Math.min(this.#lowest, fd - FIRST_FD);
    if (--slot.count.fds === 0) this.#closed(slot.file);
    return 0;
  }

  /** As the exit of the process does. */
  closeAll(): void {
    for (let i = 0; i < this.#slots.length; i++) if (this.#slots[i]) this.close(i + FIRST_FD);
  }

  /** Takes all files out without closing them. */
  takeAll(): SavedFile[] {
    const files = new Map<Slot['count'], { file: OpenFile; fds: Fd[] }>();
    for (const [i, slot] of this.#slots.entries()) {
      if (!slot) continue;
      const known = files.get(slot.count);
      if (known) known.fds.push(i + FIRST_FD);
      else files.set(slot.count, { file: slot.file, fds: [i + FIRST_FD] });
    }
    this.#slots.length = 0;
    this.#lowest = 0;
    return [...files.values()];
  }

  /** Opens files that `takeAll` of another table gave, under their numbers. */
  restore(files: readonly SavedFile[]): void {
    for (const { file, fds } of files) {
      const slot = { file: { ...file }, count: { fds: fds.length } };
      for (const fd of fds) this.#slots[fd - FIRST_FD] = slot;
    }
  }

  #place(slot: Slot): Fd | Errno {
    let at = this.#lowest;
    while (this.#slots[at]) at++;
    if (at + FIRST_FD >= MAX_FDS) {
      if (slot.count.fds === 0) this.#closed(slot.file);
      return -errno.EMFILE;
    }
    this.#slots[at] = slot;
    this.#lowest = at + 1;
    slot.count.fds++;
    return at + FIRST_FD;
  }
}
