import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EbpftsError, invariant } from '../base/index.ts';
import type { KernelProfile } from '../catalog/index.ts';
import type { Host } from '../host/index.ts';
import { createKernel, type Kernel, type Store, type VerifyDepth } from '../kernel/index.ts';
import { MachineClock } from './clock.ts';
import { errNewerFormat, errNotAMachine } from './errors.ts';
import { LmdbStore, openDatabase } from './lmdb-store.ts';
import { machinePath } from './path.ts';
import { checkProfile, loadProfile, newProfile, type ProfileOptions, saveProfile } from './profile.ts';

/** The version of the file's form; raised whenever an older version could not read it. */
const FORMAT = 1;
const FORMAT_RECORD = 'format';

/** Which machine, on which host. */
export interface MachineOptions {
  readonly host: Host;
  /** A name, or a path where it has a slash in it; default: the variable EBPFTS_MACHINE, else `default`. */
  readonly name?: string;
  /** For a machine that is not there yet; one that is there must agree. */
  readonly profile?: ProfileOptions;
  /** How much of the verifier programs go through when they are loaded; default: as `createKernel` has it. */
  readonly verify?: VerifyDepth;
}

/** An emulated machine in a file. Nothing is opened or written before it is used. */
export interface Machine {
  /** The file; it need not be there yet. */
  readonly path: string;
  /**
   * Works on a snapshot of the machine: what it changes is not kept. Never waits for a writer.
   * @throws {MachineError} MACHINE_NEWER, MACHINE_NOT_ONE, MACHINE_OTHER_PROFILE, MACHINE_CANNOT_OPEN
   */
  read<T>(use: (kernel: Kernel) => T): T;
  /**
   * Works on the machine alone, others wait; the machine is made where it is not there. When `use` returns (where it
   * gives a promise: when that is fulfilled), all processes end and all changes are written at once, or none where the
   * process dies before. So they are where `use` throws an `EbpftsError`: what was done before it stays done. Any other
   * error leaves the machine as it was.
   */
  write<T>(use: (kernel: Kernel) => T): T;
  /**
   * The same in two steps, for work that is not one function: `close` does what the return from `use` does. A writer
   * that is open keeps all others waiting; this process must not open a second one meanwhile.
   */
  open(options: { readonly write: boolean }): OpenMachine;
  /** Gives the file back. */
  close(): Promise<void>;
}

/** A machine that is open. */
export interface OpenMachine {
  readonly kernel: Kernel;
  /** Ends all processes; a writer's changes are in the file when the promise is fulfilled. */
  close(): Promise<void>;
  /** Ends without keeping anything. */
  abandon(): Promise<void>;
}

type Outcome<T> = { readonly value: T } | { readonly error: EbpftsError };

/**
 * An emulated machine of this host.
 * @example
 * import { isErrno } from 'ebpfts';
 * import { createNodeHost } from 'ebpfts/host';
 * import { openMachine } from 'ebpfts/machine';
 *
 * const machine = openMachine({ host: createNodeHost(), name: 'lab' });
 * const anyProgram = machine.read((kernel) => !isErrno(kernel.openProcess().objGetNextId('prog', 0)));
 * await machine.close();
 */
export function openMachine(options: MachineOptions): Machine {
  const { host } = options;
  const path = machinePath(host, options.name);
  let db: ReturnType<typeof openDatabase> | undefined;
  const database = () => {
    db ??= openDatabase(path, { readOnly: false });
    return db;
  };
  const machine: Machine = {
    path,
    open({ write }) {
      return openInSteps(write ? machine.write : machine.read);
    },
    read(use) {
      if (!existsSync(path)) return use(newKernel(options));
      // lmdb keeps a snapshot for a whole turn of the event loop: another process may have written since.
      database().resetReadTxn();
      const transaction = database().useReadTransaction();
      try {
        const store = new LmdbStore(database(), transaction);
        const profile = checkedProfile(store, path, options);
        const kernel = profile ? kernelOn({ ...options, store, profile }).kernel : newKernel(options);
        return whenDone(use(kernel), () => transaction.done());
      } catch (error) {
        transaction.done();
        throw error;
      }
    },
    write<T>(use: (kernel: Kernel) => T): T {
      mkdirSync(dirname(path), { recursive: true });
      const outcome = database().transactionSync((): Outcome<T> | Promise<Outcome<T>> => {
        const store = new LmdbStore(database());
        const profile = checkedProfile(store, path, options) ?? makeMachine(store, options);
        const { kernel, clock } = kernelOn({ ...options, store, profile });
        kernel.advanceTo(clock.now());
        const finish = (result: Outcome<T>) => {
          kernel.save();
          clock.save(store);
          return result;
        };
        return outcomeOf(() => use(kernel), finish);
      });
      return (outcome instanceof Promise ? outcome.then(unwrap) : unwrap(outcome)) as T;
    },
    async close() {
      await db?.close();
      db = undefined;
    },
  };
  return machine;
}

/** Why the work of an abandoned machine ends. */
const ABANDONED = Symbol('abandoned');

function openInSteps(work: Machine['write']): OpenMachine {
  let kernel: Kernel | undefined;
  let finish: (() => void) | undefined;
  let fail: ((reason: symbol) => void) | undefined;
  const done = work((opened) => {
    kernel = opened;
    return new Promise<void>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  });
  invariant(kernel && finish && fail, 'a machine is opened at once');
  const [end, giveUp] = [finish, fail];
  return {
    kernel,
    close() {
      end();
      return done;
    },
    async abandon() {
      giveUp(ABANDONED);
      await done.catch((error: unknown) => {
        if (error !== ABANDONED) throw error;
      });
    },
  };
}

/** Runs `use`; an `EbpftsError` counts as an outcome, all other errors go on. */
function outcomeOf<T>(use: () => T, finish: (outcome: Outcome<T>) => Outcome<T>): Outcome<T> | Promise<Outcome<T>> {
  const failed = (error: unknown): Outcome<T> => {
    if (!(error instanceof EbpftsError)) throw error;
    return finish({ error });
  };
  let value: T;
  try {
    value = use();
  } catch (error) {
    return failed(error);
  }
  if (value instanceof Promise) return value.then((fulfilled: T) => finish({ value: fulfilled }), failed);
  return finish({ value });
}

function unwrap<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function whenDone<T>(value: T, done: () => void): T {
  if (value instanceof Promise) return value.finally(done) as T;
  done();
  return value;
}

/** The profile of the machine in the store; undefined where there is none yet. */
function checkedProfile(
  store: Store,
  path: string,
  { profile: wanted = {} }: MachineOptions,
): KernelProfile | undefined {
  const format = store.get(FORMAT_RECORD, 0);
  if (format === undefined) return undefined;
  if (typeof format !== 'number') throw errNotAMachine(path);
  if (format > FORMAT) throw errNewerFormat({ path, format, known: FORMAT });
  const profile = loadProfile(store);
  if (!profile) throw errNotAMachine(path);
  checkProfile(profile, wanted, path);
  return profile;
}

function makeMachine(store: Store, { host, profile: wanted }: MachineOptions): KernelProfile {
  const profile = newProfile(host, wanted);
  store.put(FORMAT_RECORD, 0, FORMAT);
  saveProfile(store, profile);
  return profile;
}

interface StoredKernel extends Pick<MachineOptions, 'host' | 'verify'> {
  readonly store: Store;
  readonly profile: KernelProfile;
}

function kernelOn({ host, store, profile, verify }: StoredKernel): { kernel: Kernel; clock: MachineClock } {
  const clock = new MachineClock(host, store);
  const kernel = createKernel({ profile, clock, random: { u32: () => host.random32() }, verify, store });
  return { kernel, clock };
}

/** A kernel that is in no file: what a machine which is not there yet looks like. */
function newKernel({ host, profile, verify }: MachineOptions): Kernel {
  return createKernel({
    profile: newProfile(host, profile),
    clock: new MachineClock(host),
    random: { u32: () => host.random32() },
    verify,
  });
}
