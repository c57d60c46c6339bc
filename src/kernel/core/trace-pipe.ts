import type { StoredRecord } from './store.ts';

/** Who printed a line, as the trace shows it. */
export interface TraceSource {
  /** At most 15 bytes. */
  readonly comm: string;
  readonly pid: number;
  readonly cpu: number;
  /** CLOCK_MONOTONIC nanoseconds. */
  readonly at: bigint;
  /**
   * Interrupts off, need to reschedule, interrupt, preemption depth, migration off: one letter each, default `...11`.
   */
  readonly flags?: string;
}

/** Lines that the ring keeps; older ones are lost, as in a full trace buffer. */
const MAX_LINES = 4096;

/**
 * The trace that bpf_printk writes and trace_pipe reads: a bounded ring of lines, each taken out as it is read.
 * @see Documentation/trace/ftrace.rst (v6.12) for the head of a line
 */
export class TracePipe {
  readonly #lines: string[] = [];
  readonly #waiters = new Set<() => void>();
  changed = false;

  get size(): number {
    return this.#lines.length;
  }

  /**
   * Writes `text` under a head that says who, where and when. A line feed at its end stays, as in Linux: it makes an
   * empty line after it.
   */
  print(source: TraceSource, text: string): void {
    const micros = source.at / 1000n;
    const seconds = (micros / 1_000_000n).toString().padStart(5);
    const fraction = (micros % 1_000_000n).toString().padStart(6, '0');
    const task = `${source.comm.padStart(16)}-${String(source.pid).padEnd(7)}`;
    const cpu = `[${String(source.cpu).padStart(3, '0')}]`;
    const { flags = '...11' } = source;
    this.push(`${task} ${cpu} ${flags} ${seconds}.${fraction}: bpf_trace_printk: ${text}`);
  }

  /** Writes a whole line. */
  push(line: string): void {
    if (this.#lines.length === MAX_LINES) this.#lines.shift();
    this.#lines.push(line);
    this.changed = true;
    for (const wake of this.#waiters) wake();
  }

  /** Takes the oldest line out. */
  take(): string | undefined {
    if (this.#lines.length > 0) this.changed = true;
    return this.#lines.shift();
  }

  /** Lines as they come, until `signal` ends the wait. */
  async *lines(signal?: AbortSignal): AsyncIterable<string> {
    for (;;) {
      for (let line = this.take(); line !== undefined; line = this.take()) yield line;
      if (signal?.aborted) return;
      await this.#wait(signal);
    }
  }

  toRecord(): StoredRecord {
    return { lines: [...this.#lines] };
  }

  restore(record: StoredRecord): void {
    this.#lines.push(...(record.lines as readonly string[]));
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiters.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
