import { type Fd, isErrno, type MapInfo, type ObjectInfo, type ProgInfo, type System } from '../syscall/index.ts';
import { errno } from '../uapi/index.ts';
import { errFailed, errSystem, strerror } from './errors.ts';
import type { KernelObjects } from './kernel-objects.ts';
import type { Words } from './words.ts';

/** Longest name of a program, and of a map, that a reference may hold. */
const MAX_PROG_FULL_NAME = 127;
const MAX_MAP_NAME = 15;

type Kind = 'prog' | 'map' | 'link';

const NOUN: Readonly<Record<Kind, string>> = { prog: 'program', map: 'map', link: 'link' };

/** The fd of what is pinned at a path. @throws {CliError} where nothing is, or something of another kind */
function openPinned(system: System, path: string, kind: Kind): Fd {
  const fd = system.objGet(path);
  if (isErrno(fd)) {
    const reason = fd === -errno.EACCES ? 'directory not in bpf file system (bpffs)' : strerror(fd);
    throw errFailed(`bpf obj get (${path}): ${reason}`);
  }
  const info = system.objGetInfoByFd(fd);
  const found = isErrno(info) ? 'unknown' : (info as ObjectInfo).kind;
  if (found !== kind) {
    system.close(fd);
    throw errFailed(`incorrect object type: ${found}`);
  }
  return fd;
}

function byId(system: System, words: Words, kind: Kind): Fd {
  const id = words.takeU32('ID');
  const fd = system.objGetFdById(kind, id);
  if (!isErrno(fd)) return fd;
  if (kind === 'link') throw errSystem(`failed to get link with ID ${id}`, fd);
  throw errSystem(kind === 'prog' ? `get by id (${id})` : `get map by id (${id})`, fd, -1);
}

/**
 * DEVIATION: where no object has that name or tag, bpftool fails without a word.
 */
function errNothingMatches(kind: Kind, by: string, text: string): Error {
  return errFailed(`no ${NOUN[kind]} has the ${by} ${text}`);
}

/** Takes a PROG: the fds of all programs that it means, at least one. */
export function takeProgs(objects: KernelObjects, words: Words): Fd[] {
  const { system } = objects;
  if (words.takeIf('id')) return [byId(system, words, 'prog')];
  if (words.takeIf('tag')) {
    const tag = words.take();
    if (!/^[0-9a-fA-F]{16}/.test(tag)) throw errFailed("can't parse tag");
    const wanted = tag.slice(0, 16).toLowerCase();
    const fds = objects.find('prog', (info) => (info as ProgInfo).tag === wanted);
    return atLeastOne(fds, { kind: 'prog', by: 'tag', text: tag });
  }
  if (words.takeIf('name')) {
    const name = words.take();
    if (name.length > MAX_PROG_FULL_NAME) throw errFailed("can't parse name");
    const fds = objects.find('prog', (info) => objects.progFullName(info as ProgInfo) === name);
    return atLeastOne(fds, { kind: 'prog', by: 'name', text: name });
  }
  if (words.takeIf('pinned')) return [openPinned(system, words.take(), 'prog')];
  throw errFailed(`expected 'id', 'tag', 'name' or 'pinned', got: '${words.peek ?? '(null)'}'?`);
}

/** Takes a PROG that means one program. */
export function takeProg(objects: KernelObjects, words: Words): Fd {
  return only(objects.system, takeProgs(objects, words), 'several programs match this handle');
}

/** Takes a MAP: the fds of all maps that it means, at least one. */
export function takeMaps(objects: KernelObjects, words: Words): Fd[] {
  const { system } = objects;
  if (words.takeIf('id')) return [byId(system, words, 'map')];
  if (words.takeIf('name')) {
    const name = words.take();
    if (name.length > MAX_MAP_NAME) throw errFailed("can't parse name");
    const fds = objects.find('map', (info) => (info as MapInfo).name === name);
    return atLeastOne(fds, { kind: 'map', by: 'name', text: name });
  }
  if (words.takeIf('pinned')) return [openPinned(system, words.take(), 'map')];
  throw errFailed(`expected 'id', 'name' or 'pinned', got: '${words.peek ?? '(null)'}'?`);
}

/** Takes a MAP that means one map. */
export function takeMap(objects: KernelObjects, words: Words): Fd {
  return only(objects.system, takeMaps(objects, words), 'several maps match this handle');
}

/** Takes a MAP that means one map, and asks what it is. */
export function takeMapWithInfo(objects: KernelObjects, words: Words): { fd: Fd; info: MapInfo } {
  const fd = takeMap(objects, words);
  return { fd, info: objects.mapInfo(fd) };
}

/** Takes a LINK. */
export function takeLink(objects: KernelObjects, words: Words): Fd {
  const { system } = objects;
  if (words.takeIf('id')) return byId(system, words, 'link');
  if (words.takeIf('pinned')) return openPinned(system, words.take(), 'link');
  throw errFailed(`expected 'id' or 'pinned', got: '${words.peek ?? '(null)'}'?`);
}

function atLeastOne(fds: Fd[], { kind, by, text }: { kind: Kind; by: string; text: string }): Fd[] {
  if (fds.length === 0) throw errNothingMatches(kind, by, text);
  return fds;
}

function only(system: System, fds: readonly Fd[], problem: string): Fd {
  if (fds.length === 1) return fds[0];
  for (const fd of fds) system.close(fd);
  throw errFailed(problem);
}
