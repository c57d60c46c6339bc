import type { PerfEventAttr } from '../../syscall/index.ts';
import type { Region } from '../../vm/index.ts';

/** A perf event: a probe that a program can be attached to, or a ring for a program's output. */
export interface PerfEvent {
  readonly id: number;
  readonly attr: PerfEventAttr;
  /** The ring that mmap(2) of the event made: a control page (`struct perf_event_mmap_page`) and `dataSize` bytes after it. */
  ring: { readonly region: Region; readonly dataSize: number } | undefined;
  enabled: boolean;
  /** Records that found no room. */
  lost: bigint;
}
