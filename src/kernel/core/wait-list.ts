/** Who waits for something to read, by what it waits for. */
export class WaitList {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Tells all who wait for the key. */
  wake(key: string): void {
    for (const waiter of this.#waiters.get(key) ?? []) waiter();
  }

  /**
   * Waits until `ready` says yes; asks at once and after each `wake` of the key.
   * @returns what `ready` said last: false after `timeoutMs`, or when `signal` aborts
   */
  async wait(
    key: string,
    ready: () => boolean,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    if (ready() || options.timeoutMs === 0 || options.signal?.aborted) return ready();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, waiters);
      const finish = () => {
        waiters.delete(check);
        if (waiters.size === 0) this.#waiters.delete(key);
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', finish);
        resolve(ready());
      };
      const check = () => {
        if (ready()) finish();
      };
      waiters.add(check);
      options.signal?.addEventListener('abort', finish);
      const timer = options.timeoutMs === undefined ? undefined : setTimeout(finish, options.timeoutMs);
    });
  }
}
