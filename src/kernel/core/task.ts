/** Capabilities that bpf(2) asks for. @see capabilities(7) */
export const CAPABILITIES = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT'] as const;

export type Capability = (typeof CAPABILITIES)[number];

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
