import type { Errno, Fd } from './errno.ts';
import type { PerfEventInfo } from './link.ts';

/** What perf_event_open(2) is asked for: a software ring for BPF output, or a probe that a program is to be attached to. */
export interface PerfEventAttr {
  readonly event: PerfEventInfo | { readonly type: 'bpf_output' };
  readonly pid?: number;
  readonly cpu?: number;
  readonly samplePeriod?: bigint;
  readonly wakeupEvents?: number;
  /** `bpf_output`: records begin with their time (`PERF_SAMPLE_TIME`). */
  readonly sampleTime?: boolean;
}

export interface PerfEvents {
  perfEventOpen(attr: PerfEventAttr): Fd | Errno;
}
