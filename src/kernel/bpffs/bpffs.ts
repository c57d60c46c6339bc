import { invariant } from '../../base/index.ts';
import type { DirectoryEntry, Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Store, StoredRecord } from '../core/store.ts';
import { BPFFS_ROOT, type BpffsPath, NAME_MAX, nameLength, PATH_MAX, parseBpffsPath } from './path.ts';

/** What a pin holds. */
export type PinKind = 'prog' | 'map' | 'link';

/** A name in a directory: a pin, or a directory below. */
export interface BpffsNode {
  readonly kind: PinKind | 'directory';
  /** Of the object, or of the directory. */
  readonly id: number;
}

/** How pins hold their objects. */
export interface PinHolder {
  hold(kind: PinKind, id: number): void;
  drop(kind: PinKind, id: number): void;
}

interface Directory {
  readonly id: number;
  readonly entries: Map<string, BpffsNode>;
  changed: boolean;
}

/** A place for a name: the directory that has it or would have it. */
interface Place {
  readonly directory: Directory;
  readonly name: string;
  readonly node: BpffsNode | undefined;
}

const ROOT_ID = 1;
const KIND = 'bpffs';

/**
 * The file system of pins: directories of names, each name a reference to a program, map or link. One record a directory.
 * @see Documentation/bpf/bpf_prog_run.rst and kernel/bpf/inode.c (v6.12) for what it refuses
 */
export class BpfFs {
  readonly #holder: PinHolder;
  readonly #store: Store | undefined;
  readonly #directories = new Map<number, Directory>();
  readonly #removed = new Set<number>();
  #lastId: number;
  #savedLastId: number;

  constructor(holder: PinHolder, store?: Store) {
    this.#holder = holder;
    this.#store = store;
    this.#savedLastId = Number(store?.get(`${KIND}.last`, 0) ?? ROOT_ID);
    this.#lastId = this.#savedLastId;
  }

  /** Pins an object; the pin takes a reference. */
  pin(path: string, kind: PinKind, id: number): Errno | 0 {
    const place = this.#newPlace(path, false);
    if (typeof place === 'number') return place;
    this.#holder.hold(kind, id);
    this.#set(place, { kind, id });
    return 0;
  }

  /** What is pinned at the path. */
  lookup(path: string): { kind: PinKind; id: number } | Errno {
    const parsed = parse(path, -errno.ENOENT);
    if (typeof parsed === 'number') return parsed;
    const node = this.#node(parsed);
    if (typeof node === 'number') return node;
    if (node.kind === 'directory') return -errno.EACCES;
    return parsed.directory ? -errno.ENOTDIR : { kind: node.kind, id: node.id };
  }

  readdir(path: string): readonly DirectoryEntry[] | Errno {
    const parsed = parse(path, -errno.ENOENT);
    if (typeof parsed === 'number') return parsed;
    const node = this.#node(parsed);
    if (typeof node === 'number') return node;
    if (node.kind !== 'directory') return -errno.ENOTDIR;
    return [...this.#directory(node.id).entries].map(([name, entry]) => ({ name, type: entry.kind }));
  }

  mkdir(path: string): Errno | 0 {
    const place = this.#newPlace(path, true);
    if (typeof place === 'number') return place;
    const id = ++this.#lastId;
    this.#directories.set(id, { id, entries: new Map(), changed: true });
    this.#set(place, { kind: 'directory', id });
    return 0;
  }

  rmdir(path: string): Errno | 0 {
    const place = this.#oldPlace(path);
    if (typeof place === 'number') return place === -errno.EEXIST ? -errno.EBUSY : place;
    if (place.node.kind !== 'directory') return -errno.ENOTDIR;
    if (/\/\.\/*$/.test(path)) return -errno.EINVAL;
    if (this.#directory(place.node.id).entries.size > 0) return -errno.ENOTEMPTY;
    this.#take(place);
    return 0;
  }

  unlink(path: string): Errno | 0 {
    const place = this.#oldPlace(path);
    if (typeof place === 'number') return place === -errno.EEXIST ? -errno.EISDIR : place;
    if (place.node.kind === 'directory') return -errno.EISDIR;
    if (path.endsWith('/')) return -errno.ENOTDIR;
    this.#take(place);
    return 0;
  }

  rename(from: string, to: string): Errno | 0 {
    const source = this.#oldPlace(from);
    if (typeof source === 'number') return source === -errno.EEXIST ? -errno.EXDEV : source;
    if (parseBpffsPath(to) === undefined) return -errno.EXDEV;
    const target = this.#place(to, -errno.EXDEV);
    if (typeof target === 'number') return target === -errno.EEXIST ? -errno.EBUSY : target;
    if (target.node?.kind === source.node.kind && target.node.id === source.node.id) return 0;
    if (source.node.kind === 'directory') {
      if (this.#isWithin(target.directory, source.node.id)) return -errno.EINVAL;
      if (target.node && target.node.kind !== 'directory') return -errno.ENOTDIR;
      if (target.node && this.#directory(target.node.id).entries.size > 0) return -errno.ENOTEMPTY;
    } else if (target.node?.kind === 'directory') return -errno.EISDIR;
    if (target.node) this.#take({ ...target, node: target.node });
    source.directory.entries.delete(source.name);
    source.directory.changed = true;
    this.#set(target, source.node);
    return 0;
  }

  /** Every pin, depth first: for who asks where an object is pinned. */
  *pins(id = ROOT_ID, path = BPFFS_ROOT): Iterable<{ path: string; kind: PinKind; id: number }> {
    for (const [name, node] of this.#directory(id).entries) {
      const below = `${path}/${name}`;
      if (node.kind === 'directory') yield* this.pins(node.id, below);
      else yield { path: below, kind: node.kind, id: node.id };
    }
  }

  save(): void {
    const store = this.#store;
    if (!store) return;
    for (const id of this.#removed) store.remove(KIND, id);
    this.#removed.clear();
    for (const directory of this.#directories.values()) {
      if (!directory.changed) continue;
      directory.changed = false;
      store.put(
        KIND,
        directory.id,
        [...directory.entries].map(([name, { kind, id }]) => ({ name, kind, id })),
      );
    }
    if (this.#lastId !== this.#savedLastId) store.put(`${KIND}.last`, 0, this.#lastId);
    this.#savedLastId = this.#lastId;
  }

  #directory(id: number): Directory {
    const known = this.#directories.get(id);
    if (known) return known;
    const saved = this.#store?.get(KIND, id) as readonly StoredRecord[] | undefined;
    invariant(saved || id === ROOT_ID, `directory ${id} of the bpffs is saved`);
    const entries = new Map<string, BpffsNode>();
    for (const { name, kind, id: nodeId } of saved ?? []) {
      entries.set(name as string, { kind: kind as BpffsNode['kind'], id: nodeId as number });
    }
    const directory = { id, entries, changed: false };
    this.#directories.set(id, directory);
    return directory;
  }

  #node({ names }: BpffsPath): BpffsNode | Errno {
    let node: BpffsNode = { kind: 'directory', id: ROOT_ID };
    for (const name of names) {
      const next = this.#lookupName(node, name);
      if (typeof next === 'number') return next;
      if (next === undefined) return -errno.ENOENT;
      node = next;
    }
    return node;
  }

  #lookupName(parent: BpffsNode, name: string): BpffsNode | undefined | Errno {
    if (parent.kind !== 'directory') return -errno.ENOTDIR;
    if (nameLength(name) > NAME_MAX) return -errno.ENAMETOOLONG;
    if (name.includes('.')) return -errno.EPERM;
    return this.#directory(parent.id).entries.get(name);
  }

  /** The directory and name of a path; -EEXIST for the root itself, `outside` for a path outside the bpffs. */
  #place(path: string, outside: Errno): Place | Errno {
    const parsed = parse(path, outside);
    if (typeof parsed === 'number') return parsed;
    const name = parsed.names.at(-1);
    if (name === undefined) return -errno.EEXIST;
    const parent = this.#node({ names: parsed.names.slice(0, -1), directory: true });
    if (typeof parent === 'number') return parent;
    const node = this.#lookupName(parent, name);
    return typeof node === 'number' ? node : { directory: this.#directory(parent.id), name, node };
  }

  #newPlace(path: string, directory: boolean): Place | Errno {
    const place = this.#place(path, -errno.EPERM);
    if (typeof place === 'number') return place;
    if (place.node) return -errno.EEXIST;
    return path.endsWith('/') && !directory ? -errno.ENOENT : place;
  }

  #oldPlace(path: string): (Place & { readonly node: BpffsNode }) | Errno {
    const place = this.#place(path, -errno.ENOENT);
    if (typeof place === 'number') return place;
    return place.node ? { ...place, node: place.node } : -errno.ENOENT;
  }

  #set({ directory, name }: Place, node: BpffsNode): void {
    directory.entries.set(name, node);
    directory.changed = true;
  }

  #take({ directory, name, node }: Place & { readonly node: BpffsNode }): void {
    directory.entries.delete(name);
    directory.changed = true;
    if (node.kind === 'directory') {
      this.#directories.delete(node.id);
      this.#removed.add(node.id);
    } else this.#holder.drop(node.kind, node.id);
  }

  /** Whether `directory` is the one of that id or lies below it. */
  #isWithin(directory: Directory, id: number): boolean {
    if (directory.id === id) return true;
    for (const node of this.#directory(id).entries.values()) {
      if (node.kind === 'directory' && this.#isWithin(directory, node.id)) return true;
    }
    return false;
  }
}

function parse(path: string, outside: Errno): BpffsPath | Errno {
  if (path === '') return -errno.ENOENT;
  if (nameLength(path) >= PATH_MAX) return -errno.ENAMETOOLONG;
  return parseBpffsPath(path) ?? outside;
}
