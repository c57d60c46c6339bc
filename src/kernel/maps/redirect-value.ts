import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BpfMap, type FdResolver } from './map.ts';

/** An entry as a process writes it: a number (ifindex, queue size), and the fd of a program to run there. */
export interface RedirectEntry {
  readonly target: number;
  readonly progId: number;
}

/** No entry. */
export const EMPTY: RedirectEntry = { target: 0, progId: 0 };

/**
 * Maps that packets are redirected through. A value is u32 target and, where the value has 8 bytes, u32 id of a program
 * (0: none), in the machine's byte order, as programs and processes see it; target 0: no entry.
 */
export abstract class RedirectMap extends BpfMap {
  /** Expected attach type that an entry's program must have been loaded with. */
  protected abstract readonly attachType: number;
  /** What Linux answers for a program that may not stand in an entry. */
  protected abstract readonly badProgram: Errno;

  /** What the value's bytes say, the program's fd followed. */
  protected parseEntry(value: Uint8Array, fds: FdResolver): RedirectEntry | Errno {
    const target = this.u32Of(value);
    const fd = value.length === 8 ? this.u32Of(value.subarray(4)) | 0 : 0;
    if (fd <= 0) return { target, progId: 0 };
    const progId = fds.idOfFd('prog', fd);
    if (progId < 0 || target === 0) return this.badProgram;
    return this.host.progOwner(progId)?.expectedAttachType === this.attachType ? { target, progId } : this.badProgram;
  }

  /** The entry whose value lies at a place. */
  protected entryAt(place: number): RedirectEntry {
    return { target: this.get32(place), progId: this.attr.valueSize === 8 ? this.get32(place + 4) : 0 };
  }

  /** Writes an entry, with the reference to its program; the old one's is dropped. */
  protected putEntry(place: number, { target, progId }: RedirectEntry): void {
    const old = this.entryAt(place);
    if (progId !== 0) this.host.hold('prog', progId);
    this.set32(place, target);
    if (this.attr.valueSize === 8) this.set32(place + 4, progId);
    if (old.progId !== 0) this.host.drop('prog', old.progId);
  }

  protected readEntry(place: number): Uint8Array | Errno {
    return this.get32(place) === 0 ? -errno.ENOENT : this.valueAt(place).slice();
  }
}
