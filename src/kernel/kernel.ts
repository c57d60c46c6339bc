import type { KernelProfile } from '../catalog/index.ts';
import { BpfFs } from './bpffs/bpffs.ts';
import type { Clock } from './core/clock.ts';
import { createManualClock } from './core/clock.ts';
import { createSeededRandom, type Random } from './core/random.ts';
import type { Store } from './core/store.ts';
import type { TaskInfo } from './core/task.ts';
import { KernelObjects } from './kernel-objects.ts';
import { FdTable } from './process/fd-table.ts';
import { Process } from './process/process.ts';
import { createServices } from './services.ts';

/** What an emulated kernel is made of. */
export interface KernelOptions {
  readonly profile: KernelProfile;
  /** Default: one that stands still until it is told to go on. */
  readonly clock?: Clock;
  /** Default: seeded, the same at every run. */
  readonly random?: Random;
  /** Where its state is read from, and written to by `save`; without one it lives in memory only. */
  readonly store?: Store;
}

/** Who asks: default pid 1000, `ebpfts`, root. */
export interface ProcessOptions {
  readonly task?: Partial<TaskInfo>;
}

/** An emulated kernel. */
export interface Kernel {
  readonly profile: KernelProfile;
  /** A process with fds of its own; `exit` closes them all. */
  openProcess(options?: ProcessOptions): Process;
  /** Lets time go on to `ns` of the monotonic clock: what fell due happens, in order. */
  advanceTo(ns: bigint): void;
  /** Ends all processes and writes what changed to the store. */
  save(): void;
}

const DEFAULT_TASK: TaskInfo = { pid: 1000, tgid: 1000, comm: 'ebpfts', uid: 0, gid: 0 };

/** Makes a kernel, or opens the one that is in the store. */
export function createKernel(options: KernelOptions): Kernel {
  const { profile, store, clock = createManualClock(), random = createSeededRandom() } = options;
  const objects = new KernelObjects({ profile, clock, random, store });
  const { state } = objects;
  const services = createServices(state);
  objects.services = services;
  const bpffs = new BpfFs(objects, store);
  const processes = new Set<Process>();
  return {
    profile,
    openProcess({ task } = {}) {
      const fds = new FdTable((file) => objects.fileClosed(file));
      const caller = { state, services, bpffs, fds, task: { ...DEFAULT_TASK, ...task } };
      const process = new Process(caller, () => processes.delete(process));
      processes.add(process);
      return process;
    },
    advanceTo(ns) {
      for (let event = state.events.peek(); event && event.at <= ns; event = state.events.peek()) {
        clock.advanceTo(event.at);
        state.events.takeDue(event.at);
        services.fire(state, event);
      }
      clock.advanceTo(ns);
    },
    save() {
      for (const process of [...processes]) process.exit();
      bpffs.save();
      objects.save();
    },
  };
}
