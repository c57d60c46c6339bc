import type { Machine } from '../machine/index.ts';
import type { System } from '../syscall/index.ts';

/** How long its fds stay open when nobody comes back for them, because this program was killed. */
const LEASE_NS = 30_000_000_000n;
const RENEW_MS = 10_000;

/** Processes of the emulated kernel live as long as a call does, or until they are parked. */
interface ParkableProcess extends System {
  park(forNs: bigint): number;
}

/**
 * A process of the emulated kernel that keeps its fds while the machine is free for others: it works in short
 * transactions and is parked between them. All fds keep their numbers; memory is mapped anew each time.
 */
export class ParkedProcess {
  readonly #machine: Machine;
  #id: number;
  #parkedAt = 0;

  private constructor(machine: Machine, id: number) {
    this.#machine = machine;
    this.#id = id;
  }

  /** Begins it with what `work` opens. @throws what `work` throws; then there is no process */
  static start<T>(machine: Machine, work: (system: System) => T): { process: ParkedProcess; value: T } {
    const { id, value } = machine.write((kernel) => park(kernel.openProcess(), work));
    const process = new ParkedProcess(machine, id);
    process.#parkedAt = Date.now();
    return { process, value };
  }

  /**
   * Looks at a snapshot as this process sees it; nothing is kept and nobody waits.
   * @returns undefined where the process has ended meanwhile: it was stopped for longer than its fds are kept
   */
  look<T>(work: (system: System) => T): T | undefined {
    return this.#machine.read((kernel) => {
      const process = kernel.resumeProcess(this.#id);
      return process && work(process);
    });
  }

  /** Goes on with the process for a moment. @returns undefined where it has ended */
  work<T>(work: (system: System) => T): T | undefined {
    const done = this.#machine.write((kernel) => {
      const process = kernel.resumeProcess(this.#id);
      return process && park(process, work);
    });
    if (done) this.#id = done.id;
    this.#parkedAt = Date.now();
    return done?.value;
  }

  /** Whether it is time to `work`, if only to stay alive. */
  get due(): boolean {
    return Date.now() - this.#parkedAt > RENEW_MS;
  }

  /** Ends it: its files are closed. */
  end(): void {
    this.#machine.write((kernel) => kernel.resumeProcess(this.#id)?.exit());
  }
}

function park<T>(process: ParkableProcess, work: (system: System) => T): { id: number; value: T } {
  const value = work(process);
  return { id: process.park(LEASE_NS), value };
}
