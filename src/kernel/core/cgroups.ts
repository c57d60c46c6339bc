import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { StoredRecord } from './store.ts';

const ROOT = '/sys/fs/cgroup';
const ROOT_ID = 1;

/** The cgroup hierarchy (v2): directories below /sys/fs/cgroup, each with an id. The root is always there. */
export class CgroupTree {
  readonly #ids = new Map<string, number>([[ROOT, ROOT_ID]]);
  #last = ROOT_ID;
  changed = false;

  /** The id of the directory at an absolute path. */
  idOf(path: string): number | undefined {
    return this.#ids.get(normal(path));
  }

  pathOf(id: number): string | undefined {
    for (const [path, known] of this.#ids) if (known === id) return path;
    return undefined;
  }

  /** The id of the parent; undefined for the root. */
  parentOf(id: number): number | undefined {
    const path = this.pathOf(id);
    return path === undefined || id === ROOT_ID ? undefined : this.#ids.get(path.slice(0, path.lastIndexOf('/')));
  }

  /** A new directory: 0, -EEXIST, or -ENOENT where its parent is not there. */
  mkdir(path: string): Errno | 0 {
    const name = normal(path);
    if (this.#ids.has(name)) return -errno.EEXIST;
    if (!this.#ids.has(name.slice(0, name.lastIndexOf('/')))) return -errno.ENOENT;
    this.#ids.set(name, ++this.#last);
    this.changed = true;
    return 0;
  }

  /** Whether the path lies in the cgroup file system. */
  covers(path: string): boolean {
    return path === ROOT || path.startsWith(`${ROOT}/`);
  }

  toRecord(): StoredRecord {
    return { last: this.#last, ids: [...this.#ids].map(([path, id]) => ({ path, id })) };
  }

  restore(record: StoredRecord): void {
    this.#last = record.last as number;
    for (const { path, id } of record.ids as readonly { path: string; id: number }[]) this.#ids.set(path, id);
  }
}

function normal(path: string): string {
  return path.replace(/\/+/g, '/').replace(/\/$/, '');
}
