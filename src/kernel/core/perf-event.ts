import type { PerfEventAttr } from '../../syscall/index.ts';
import type { PerfRing } from '../maps/perf-ring.ts';

/** A perf event: a probe that a program can be attached to, or a ring for a program's output. */
export interface PerfEvent {
  readonly id: number;
  readonly attr: PerfEventAttr;
  /** The ring that mmap(2) of the event made. */
  ring: PerfRing | undefined;
  enabled: boolean;
}
