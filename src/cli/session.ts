import { createKernel, createManualClock } from '../kernel/index.ts';
import type { System } from '../syscall/index.ts';
import type { Context } from './context.ts';
import { KernelObjects } from './kernel-objects.ts';
import { chooseProfile } from './profile.ts';

/** An emulated machine that is open, and this process on it. */
export interface Session {
  readonly system: System;
  readonly objects: KernelObjects;
  /** Ends the process and saves what it changed. */
  close(): Promise<void>;
}

/** Opens the machine that the options name. */
export async function openSession({ io, options }: Context): Promise<Session> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const clock = createManualClock({ start: 1_000_000_000n, bootTimeNs: now });
  const kernel = createKernel({ profile: chooseProfile(io, options), clock });
  const system = kernel.openProcess();
  return { system, objects: new KernelObjects(system), close: async () => system.exit() };
}
