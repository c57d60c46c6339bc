/**
 * Owns: an emulated machine that outlives the process: its records and pages in a file (lmdb), the lock, crash safety,
 * its profile and clock.
 * Does not own: what is saved (kernel/ says), where the user's state directory is (host/).
 * Reads from: base, uapi, catalog, syscall, world, kernel, host.
 */
export { MachineError } from './errors.ts';
export type { Machine, MachineOptions, OpenMachine } from './machine.ts';
export { openMachine } from './machine.ts';
export { deleteMachineFile, listMachines, machinePath } from './path.ts';
export type { ProfileOptions } from './profile.ts';
export { newProfile } from './profile.ts';
