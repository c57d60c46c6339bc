import type { Errno, Fd } from './errno.ts';

/** Memory shared with the kernel, as mmap(2) gives it. */
export interface MappedMemory {
  readonly length: number;
  /** The bytes as they are now. Take it anew after every call into the kernel: memory may have grown. */
  bytes(): Uint8Array;
  unmap(): void;
}

/** mmap(2) and poll(2) on the fds of maps and perf events. */
export interface MapMemory {
  /** @param offset in bytes, a multiple of the page size @param options.write PROT_WRITE */
  mmap(fd: Fd, offset: number, length: number, options: { readonly write: boolean }): MappedMemory | Errno;
  /**
   * Waits until the fd (a ring buffer, perf event or iterator) has something to read.
   * @returns true when it has, false after `timeoutMs`; undefined waits without limit
   */
  poll(fd: Fd, timeoutMs: number | undefined, signal?: AbortSignal): Promise<boolean>;
}
