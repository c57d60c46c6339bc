/** Capabilities that bpf(2) asks a process for. @see capabilities(7) */
export const CAPABILITIES = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT'] as const;

export type Capability = (typeof CAPABILITIES)[number];
