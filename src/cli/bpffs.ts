import { existsSync } from 'node:fs';
import { type Fd, isErrno, type System } from '../syscall/index.ts';
import type { Context } from './context.ts';
import { errFailed, errNotSupported, errSystem } from './errors.ts';

/** Where the machine's bpffs is mounted. */
export const BPFFS = '/sys/fs/bpf';

const inBpffs = (path: string) => path === BPFFS || path.startsWith(`${BPFFS}/`);

/** Whether there is something at a path: in the machine's bpffs, or else among the host's files, which it shares. */
function isThere(system: System, path: string): boolean {
  return inBpffs(path) ? exists(system, path) : existsSync(path);
}

/** The directory part of a path, as dirname(3) has it. */
export function directoryOf(path: string): string {
  const at = path.replace(/\/+$/, '').lastIndexOf('/');
  if (at < 0) return '.';
  return at === 0 ? '/' : path.slice(0, at);
}

function exists(system: System, path: string): boolean {
  if (path.replace(/\/+$/, '') === BPFFS) return true;
  const entries = system.readdir(directoryOf(path));
  const name = path.replace(/\/+$/, '').slice(directoryOf(path).length + 1);
  return !isErrno(entries) && (entries as readonly { name: string }[]).some((entry) => entry.name === name);
}

/** A bpffs elsewhere would have to be mounted, which the emulated machine has no means for. */
function errNoBpffs(context: Context, directory: string): Error {
  if (context.options.nomount) {
    return errFailed('no BPF file system found, not mounting it due to --nomount option');
  }
  return errNotSupported(`a BPF file system at ${directory}; there is one at ${BPFFS}`);
}

/** Makes sure that something can be pinned at a path. @throws {CliError} */
export function preparePinFile(context: Context, system: System, path: string): void {
  if (isThere(system, path)) throw errFailed(`can't pin BPF object: path '${path}' already exists`);
  const directory = directoryOf(path);
  if (!isThere(system, directory)) throw errFailed(`can't pin BPF object: dir '${directory}' doesn't exist`);
  if (!inBpffs(directory)) throw errNoBpffs(context, directory);
}

/** Makes sure that things can be pinned in a directory; it is made where its parent is there. @throws {CliError} */
export function preparePinDirectory(context: Context, system: System, path: string): void {
  const there = isThere(system, path);
  const parent = directoryOf(path);
  if (!there && !isThere(system, parent)) {
    throw errFailed(`can't create dir '${path}' to pin BPF object: parent dir '${parent}' doesn't exist`);
  }
  if (!inBpffs(path)) throw errNoBpffs(context, path);
}

/** Pins what an fd stands for. @throws {CliError} */
export function pinFd(context: Context, system: System, { fd, path }: { fd: Fd; path: string }): void {
  preparePinFile(context, system, path);
  const pinned = system.objPin(fd, path);
  if (isErrno(pinned)) throw errSystem(`can't pin the object (${path})`, pinned);
}

/** Unpins everything under a directory, and removes it. */
export function removeTree(system: System, path: string): void {
  const entries = system.readdir(path);
  if (isErrno(entries)) return;
  for (const { name, type } of entries as Exclude<typeof entries, number>) {
    if (type === 'directory') removeTree(system, `${path}/${name}`);
    else system.unlink(`${path}/${name}`);
  }
  system.rmdir(path);
}
