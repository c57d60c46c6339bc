import type { Host } from '../host/index.ts';
import type { Clock, Store } from '../kernel/index.ts';

const BOOT = 'clock.boot';
const LAST = 'clock.last';

/** A machine's clock: the host's time since the machine was made. It is saved, so that it never goes back. */
export class MachineClock implements Clock {
  readonly bootTimeNs: bigint;
  readonly #host: Host;
  #last: bigint;

  constructor(host: Host, store?: Store) {
    this.#host = host;
    this.bootTimeNs = (store?.get(BOOT, 0) as bigint | undefined) ?? host.realtimeNs();
    this.#last = (store?.get(LAST, 0) as bigint | undefined) ?? 0n;
  }

  now(): bigint {
    this.advanceTo(this.#host.realtimeNs() - this.bootTimeNs);
    return this.#last;
  }

  advanceTo(ns: bigint): void {
    if (ns > this.#last) this.#last = ns;
  }

  save(store: Store): void {
    store.put(BOOT, 0, this.bootTimeNs);
    store.put(LAST, 0, this.#last);
  }
}
