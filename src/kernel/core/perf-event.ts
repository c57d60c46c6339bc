import type { PerfEventAttr } from '../../syscall/index.ts';

/** A perf event: a probe that a program can be attached to, or a ring for a program's output. */
export interface PerfEvent {
  readonly id: number;
  readonly attr: PerfEventAttr;
  /** The ring that mmap(2) of the event made: offset of its first (control) page in the memory, and data bytes after it. */
  ring: { readonly offset: number; readonly dataSize: number } | undefined;
  enabled: boolean;
  /** Records that found no room. */
  lost: bigint;
}
