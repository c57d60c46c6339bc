import type { EventQueue } from '../core/event-queue.ts';
import type { Store, StoredRecord } from '../core/store.ts';
import type { TaskInfo } from '../core/task.ts';
import type { FdTable, OpenFile, SavedFile } from './fd-table.ts';

const KIND = 'process';
/** The event at which a parked process ends. */
export const PROCESS_EXIT = 'process-exit';

/** A process that nobody runs at the moment, with its open files. */
export interface ParkedProcess {
  readonly task: TaskInfo;
  readonly files: readonly SavedFile[];
}

/**
 * Processes that outlive the call that opened them: their fds stay open until somebody goes on with them, or until their
 * time is over.
 */
export class ParkedProcesses {
  readonly #events: EventQueue;
  readonly #store: Store | undefined;
  /** Parked since the last save. */
  readonly #parked = new Map<number, ParkedProcess>();
  readonly #removed = new Set<number>();
  #last: number;
  #savedLast: number;

  constructor(events: EventQueue, store: Store | undefined) {
    this.#events = events;
    this.#store = store;
    this.#savedLast = Number(store?.get(`${KIND}.last`, 0) ?? 0);
    this.#last = this.#savedLast;
  }

  /** @param until when it ends, if nobody takes it @returns the id to `take` it by */
  park(fds: FdTable, task: TaskInfo, until: bigint): number {
    const id = ++this.#last;
    this.#parked.set(id, { task, files: fds.takeAll() });
    this.#events.schedule(until, PROCESS_EXIT, { id });
    return id;
  }

  /** Takes it out; undefined where its time is over. */
  take(id: number): ParkedProcess | undefined {
    const saved = this.#removed.has(id) ? undefined : (this.#store?.get(KIND, id) as StoredRecord | undefined);
    const parked = this.#parked.get(id) ?? (saved as unknown as ParkedProcess | undefined);
    if (!parked) return undefined;
    this.#parked.delete(id);
    if (saved) this.#removed.add(id);
    this.#events.cancelWhere(({ kind, data }) => kind === PROCESS_EXIT && data.id === id);
    return parked;
  }

  /** Ends it: closes its files. */
  expire(id: number, close: (file: OpenFile) => void): void {
    for (const { file } of this.take(id)?.files ?? []) close(file);
  }

  save(): void {
    const store = this.#store;
    if (!store) return;
    for (const id of this.#removed) store.remove(KIND, id);
    for (const [id, { task, files }] of this.#parked) {
      store.put(KIND, id, { task, files } as unknown as StoredRecord);
    }
    this.#removed.clear();
    this.#parked.clear();
    if (this.#last !== this.#savedLast) store.put(`${KIND}.last`, 0, this.#last);
    this.#savedLast = this.#last;
  }
}
