import type { StoredRecord } from './store.ts';

/** Something that is to happen later: a timer, a work item, a queued frame. */
export interface PendingEvent {
  readonly id: number;
  /** CLOCK_MONOTONIC nanoseconds. */
  readonly at: bigint;
  /** Who handles it: `timer`, `workqueue`, … */
  readonly kind: string;
  /** What the handler needs; plain, as it is saved with the machine. */
  readonly data: StoredRecord;
}

/**
 * Everything deferred, in order of virtual time; events of one moment in the order in which they were put in. The kernel
 * runs what is due at the end of a call and whenever time passes.
 */
export class EventQueue {
  readonly #events: PendingEvent[] = [];
  #nextId = 1;
  /** Whether something was put in or taken out since `clean`. */
  changed = false;

  get size(): number {
    return this.#events.length;
  }

  /** @returns the id to `cancel` by */
  schedule(at: bigint, kind: string, data: StoredRecord): number {
    const event = { id: this.#nextId++, at, kind, data };
    this.#insert(event);
    this.changed = true;
    return event.id;
  }

  /** @returns whether it was still to come */
  cancel(id: number): boolean {
    const at = this.#events.findIndex((event) => event.id === id);
    if (at < 0) return false;
    this.#events.splice(at, 1);
    this.changed = true;
    return true;
  }

  /** Cancels every event that `match` says yes to. @returns how many */
  cancelWhere(match: (event: PendingEvent) => boolean): number {
    let count = 0;
    for (let i = this.#events.length - 1; i >= 0; i--) {
      if (match(this.#events[i])) {
        this.#events.splice(i, 1);
        count++;
      }
    }
    if (count > 0) this.changed = true;
    return count;
  }

  /** The next event, still in the queue. */
  peek(): PendingEvent | undefined {
    return this.#events[0];
  }

  /** Takes the next event out where it is due at `now`. */
  takeDue(now: bigint): PendingEvent | undefined {
    if (this.#events.length === 0 || this.#events[0].at > now) return undefined;
    this.changed = true;
    return this.#events.shift();
  }

  /** All events as they are saved. */
  toRecord(): StoredRecord {
    return { nextId: this.#nextId, events: this.#events.map((event) => ({ ...event })) };
  }

  /** Takes the events of a saved machine in. */
  restore(record: StoredRecord): void {
    this.#nextId = record.nextId as number;
    for (const event of record.events as unknown as readonly PendingEvent[]) this.#insert(event);
  }

  #insert(event: PendingEvent): void {
    let at = this.#events.length;
    while (at > 0 && this.#events[at - 1].at > event.at) at--;
    this.#events.splice(at, 0, event);
  }
}
