import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Host } from '../host/index.ts';
import { errBadName } from './errors.ts';

const DEFAULT_NAME = 'default';
const SUFFIX = '.machine';

/** The folder that named machines are in. */
export function machinesDirectory(host: Host): string {
  return join(host.stateDirectory(), 'ebpfts');
}

/**
 * The file of a machine.
 * @param name a name, or a path where it has a slash in it; default: the variable EBPFTS_MACHINE, else `default`
 * @throws {MachineError} MACHINE_BAD_NAME
 */
export function machinePath(host: Host, name?: string): string {
  const wanted = name || host.env('EBPFTS_MACHINE') || DEFAULT_NAME;
  if (/[/\\]/.test(wanted)) return resolve(wanted);
  if (!/^[\w.-]+$/.test(wanted) || /^\.+$/.test(wanted)) throw errBadName(wanted);
  return join(machinesDirectory(host), wanted + SUFFIX);
}

/** The names of the machines in that folder, in order. */
export function listMachines(host: Host): string[] {
  try {
    const names = readdirSync(machinesDirectory(host)).filter((name) => name.endsWith(SUFFIX));
    return names.map((name) => name.slice(0, -SUFFIX.length)).sort();
  } catch {
    return [];
  }
}

/** Deletes a machine's file. @returns whether there was one */
export function deleteMachineFile(path: string): boolean {
  try {
    rmSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
  rmSync(`${path}-lock`, { force: true });
  return true;
}
