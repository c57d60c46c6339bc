import type { Capability } from '../../syscall/index.ts';

/** The task on whose behalf the kernel works: who calls bpf(2), who ran into a hook. */
export interface TaskInfo {
  /** The thread. */
  readonly pid: number;
  /** The process: what user space calls pid. */
  readonly tgid: number;
  /** At most 15 bytes. */
  readonly comm: string;
  readonly uid: number;
  readonly gid: number;
  /** Effective ones; default: all for uid 0, none for others. */
  readonly capabilities?: readonly Capability[];
}
