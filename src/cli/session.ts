import type { KernelProfile } from '../catalog/index.ts';
import { createNodeHost } from '../host/index.ts';
import type { VerifyDepth } from '../kernel/index.ts';
import { type Machine, openMachine, type ProfileOptions } from '../machine/index.ts';
import type { Capability, System } from '../syscall/index.ts';
import { readRawBtf } from './btf-file.ts';
import type { Io } from './io.ts';
import { KernelObjects } from './kernel-objects.ts';
import type { GlobalOptions } from './options.ts';

/** What a command does to the machine: `read` sees a snapshot, `write` has it alone and saves it. */
export type Access = 'read' | 'write';

/** An emulated machine that is open, and this process on it. */
export interface Session {
  readonly system: System;
  /** The machine's kernel. */
  readonly profile: KernelProfile;
  /** How much of the verifier programs go through. */
  readonly verify: VerifyDepth;
  /** Of the process; undefined: all. */
  readonly capabilities: readonly Capability[] | undefined;
  readonly objects: KernelObjects;
  /** Ends the process; what it changed is saved, if the access was `write`. */
  close(): Promise<void>;
  /** Ends the process and leaves the machine as it was. */
  abort(): Promise<void>;
}

/** The machine that the options name; nothing is opened before it is used. */
export function machineOf(io: Io, options: GlobalOptions): Machine {
  const { btf: path, kernel: version, arch, verify } = options;
  const btf = path === undefined ? undefined : { path, bytes: readRawBtf(io, path) };
  const profile: ProfileOptions = { version, arch, btf };
  return openMachine({ host: createNodeHost(), name: options.machine || io.env.EBPFTS_MACHINE, profile, verify });
}

/** Begins to work on a machine. @param capabilities of the process; default: all @throws {MachineError} */
export function openSession(machine: Machine, access: Access, capabilities?: readonly Capability[]): Session {
  const opened = machine.open({ write: access === 'write' });
  const system = opened.kernel.openProcess({ task: { capabilities } });
  return {
    system,
    profile: opened.kernel.profile,
    verify: opened.kernel.verify,
    capabilities,
    objects: new KernelObjects(system),
    close: () => opened.close(),
    abort: () => opened.abandon(),
  };
}
