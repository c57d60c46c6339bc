import { createNodeHost } from '../host/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { type Machine, openMachine, type ProfileOptions } from '../machine/index.ts';
import type { System } from '../syscall/index.ts';
import { readRawBtf } from './btf-file.ts';
import type { Io } from './io.ts';
import { KernelObjects } from './kernel-objects.ts';
import type { GlobalOptions } from './options.ts';

/** What a command does to the machine: `read` sees a snapshot, `write` has it alone and saves it. */
export type Access = 'read' | 'write';

/** An emulated machine that is open, and this process on it. */
export interface Session {
  readonly system: System;
  readonly objects: KernelObjects;
  /** Ends the process; what it changed is saved, if the access was `write`. */
  close(): Promise<void>;
  /** Ends the process and leaves the machine as it was. */
  abort(reason: unknown): Promise<void>;
}

/** The machine that the options name; nothing is opened before it is used. */
export function machineOf(io: Io, options: GlobalOptions): Machine {
  const { btf: path, kernel: version, arch } = options;
  const btf = path === undefined ? undefined : { path, bytes: readRawBtf(io, path) };
  const profile: ProfileOptions = { version, arch, btf };
  return openMachine({ host: createNodeHost(), name: options.machine, profile });
}

/** Begins to work on a machine. @throws {MachineError} */
export function openSession(machine: Machine, access: Access): Promise<Session> {
  return new Promise((opened, failed) => {
    let finish: () => void = () => {};
    let giveUp: (reason: unknown) => void = () => {};
    const finished = new Promise<void>((resolve, reject) => {
      finish = resolve;
      giveUp = reject;
    });
    const work = (kernel: Kernel): Promise<void> => {
      const system = kernel.openProcess();
      opened({
        system,
        objects: new KernelObjects(system),
        close() {
          finish();
          return saved;
        },
        async abort(reason) {
          giveUp(reason);
          await saved.catch(() => {});
        },
      });
      return finished;
    };
    let saved: Promise<void>;
    try {
      saved = access === 'write' ? machine.write(work) : machine.read(work);
      saved.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
}
