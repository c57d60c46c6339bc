import type { KernelProfile } from '../catalog/index.ts';
import type { VerifyResult } from '../verifier/index.ts';
import type { EngineKind } from '../vm/index.ts';
import type { World } from '../world/index.ts';
import { BpfFs } from './bpffs/bpffs.ts';
import type { Clock } from './core/clock.ts';
import { createManualClock } from './core/clock.ts';
import { createSeededRandom, type Random } from './core/random.ts';
import type { KernelWatch, VerifyDepth } from './core/state.ts';
import type { Store } from './core/store.ts';
import type { TaskInfo } from './core/task.ts';
import { KernelObjects } from './kernel-objects.ts';
import { FdTable, type OpenFile, type SavedFile } from './process/fd-table.ts';
import { ParkedProcesses, PROCESS_EXIT } from './process/parked.ts';
import { Process } from './process/process.ts';
import { createServices } from './services.ts';

/** What an emulated kernel is made of. */
export interface KernelOptions {
  readonly profile: KernelProfile;
  /** Default: one that stands still until it is told to go on. */
  readonly clock?: Clock;
  /** Default: seeded, the same at every run. */
  readonly random?: Random;
  /** How much of the verifier programs go through when they are loaded; default `structure`. */
  readonly verify?: VerifyDepth;
  /**
   * What carries out programs; default `interpreter`. With `jit` those that all of the verifier took are compiled to
   * WebAssembly, all others are interpreted.
   */
  readonly engine?: EngineKind;
  /** Told what the verifier found of each program, where all of it is asked (`verify: 'full'`). */
  readonly verified?: (result: VerifyResult) => void;
  /** Looks on while programs are checked (`verify: 'full'`) and run. */
  readonly watch?: KernelWatch;
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
  /** How much of the verifier programs go through. */
  readonly verify: VerifyDepth;
  /** What the outside does to it: packets, events, time. */
  readonly world: World;
  /** A process with fds of its own; `exit` closes them all. */
  openProcess(options?: ProcessOptions): Process;
  /** Goes on with a process that was parked; undefined where its time is over. */
  resumeProcess(parked: number): Process | undefined;
  /** Lets time go on to `ns` of the monotonic clock: what fell due happens, in order. */
  advanceTo(ns: bigint): void;
  /** Ends all processes and writes what changed to the store. */
  save(): void;
}

const DEFAULT_TASK: TaskInfo = { pid: 1000, tgid: 1000, comm: 'ebpfts', uid: 0, gid: 0 };

/**
 * Events that one step of time handles. DEVIATION: where more fell due (a timer of a microsecond on a machine that
 * nobody used for a day) the rest is late and comes at the next step.
 */
const MAX_EVENTS = 10_000;

/**
 * Makes a kernel, or opens the one that is in the store. Without a store it lives in memory, and with the defaults of
 * clock and random numbers the same calls give the same results at every run.
 *
 * @example
 * import { createKernel, isErrno } from 'ebpfts';
 * import { createNodeHost } from 'ebpfts/host';
 * import { newProfile } from 'ebpfts/machine';
 *
 * const kernel = createKernel({ profile: newProfile(createNodeHost()) });
 * const fd = kernel.openProcess().objGetFdById('prog', 1);
 * if (isErrno(fd)) console.log('no program is loaded yet');
 */
export function createKernel(options: KernelOptions): Kernel {
  const { profile, store, clock = createManualClock(), random = createSeededRandom() } = options;
  const { verify = 'full', engine = 'interpreter', verified, watch } = options;
  const objects = new KernelObjects({ profile, verify, engine, verified, watch, clock, random, store });
  const { state } = objects;
  const services = createServices(state);
  objects.services = services;
  const bpffs = new BpfFs(objects, store);
  const parked = new ParkedProcesses(state.events, store);
  const processes = new Set<Process>();
  const close = (file: OpenFile) => objects.fileClosed(file);
  const start = (task: TaskInfo, files: readonly SavedFile[]) => {
    const fds = new FdTable(close);
    fds.restore(files);
    const process = new Process({ state, services, bpffs, fds, parked, task }, () => processes.delete(process));
    processes.add(process);
    return process;
  };
  const advanceTo = (ns: bigint): void => {
    let left = MAX_EVENTS;
    for (let event = state.events.peek(); event && event.at <= ns && left > 0; event = state.events.peek(), left--) {
      clock.advanceTo(event.at);
      state.events.takeDue(event.at);
      if (event.kind === PROCESS_EXIT) parked.expire(event.data.id as number, close);
      else services.fire(state, event);
    }
    clock.advanceTo(ns);
  };
  return {
    profile,
    verify,
    openProcess: ({ task } = {}) => start({ ...DEFAULT_TASK, ...task }, []),
    resumeProcess(id) {
      const process = parked.take(id);
      return process && start(process.task, process.files);
    },
    advanceTo,
    world: services.world(advanceTo),
    save() {
      for (const process of [...processes]) process.exit();
      parked.save();
      bpffs.save();
      objects.save();
    },
  };
}
