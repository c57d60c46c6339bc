import { readFileSync, writeSync } from 'node:fs';

/** What the command line stands on; a test passes its own. */
export interface Io {
  /** Writes to standard output; false once the reader is gone. */
  out(text: string | Uint8Array): boolean;
  err(text: string): void;
  /** All of standard input. */
  stdin(): Uint8Array;
  /** Contents of a file. @throws as node:fs does */
  readFile(path: string): Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal, and how wide. */
  readonly terminal: { readonly columns: number } | undefined;
  /** Whether standard error is a terminal: progress goes there. */
  readonly progress: boolean;
  /** Aborted when the user interrupts a command that goes on by itself. */
  interrupted(): AbortSignal;
}

const RETRY_MS = 2;

/** Writes all bytes, waiting where a pipe is full. @returns false when nobody reads any more */
function writeAll(fd: number, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
  return true;
}

/** The process's own streams, written synchronously: what was printed is out when the process ends. */
export function processIo(): Io {
  const encoder = new TextEncoder();
  return {
    out: (text) => writeAll(1, typeof text === 'string' ? encoder.encode(text) : text),
    err: (text) => {
      writeAll(2, encoder.encode(text));
    },
    stdin: () => readFileSync(0),
    readFile: (path) => readFileSync(path),
    env: process.env,
    get terminal() {
      return process.stdout.isTTY ? { columns: process.stdout.columns || 80 } : undefined;
    },
    get progress() {
      return process.stderr.isTTY === true;
    },
    interrupted() {
      const controller = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort());
      return controller.signal;
    },
  };
}

/** Waits for some milliseconds, or until the user interrupts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
