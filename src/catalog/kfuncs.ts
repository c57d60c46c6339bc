import { bpf_attach_type, bpf_prog_type } from '../uapi/index.ts';
import { KFUNC_SETS, type KfuncHook, type KfuncSet } from './kfuncs.table.ts';
import { LATER_ATTACH_TYPES } from './sec.table.ts';

/** What holds for a kfunc. @see Documentation/bpf/kfuncs.rst (v6.18) */
export type KfuncFlag =
  /** Gives back a reference. */
  | 'acquire'
  /** Takes a reference back. */
  | 'release'
  /** May give back null. */
  | 'null'
  /** Takes only pointers that are sure to be valid. */
  | 'trusted'
  /** The same, or pointers protected by RCU. */
  | 'rcu'
  | 'sleeps'
  | 'destructive'
  /** Begins, goes on with, ends an iteration. */
  | 'new'
  | 'next'
  | 'destroy'
  /** Only inside a section of RCU. */
  | 'rcu_protected'
  /** R1 to R5 that the program does not use stay what they are. */
  | 'fastcall';

export type KfuncFlags = ReadonlySet<KfuncFlag>;

const a = bpf_attach_type;
const t = bpf_prog_type;

const HOOK_OF: Readonly<Record<number, KfuncHook>> = {
  [t.BPF_PROG_TYPE_XDP]: 'xdp',
  [t.BPF_PROG_TYPE_SCHED_CLS]: 'sched_cls',
  [t.BPF_PROG_TYPE_SCHED_ACT]: 'sched_act',
  [t.BPF_PROG_TYPE_STRUCT_OPS]: 'struct_ops',
  [t.BPF_PROG_TYPE_TRACING]: 'tracing',
  [t.BPF_PROG_TYPE_TRACEPOINT]: 'tracing',
  [t.BPF_PROG_TYPE_PERF_EVENT]: 'tracing',
  [t.BPF_PROG_TYPE_LSM]: 'tracing',
  [t.BPF_PROG_TYPE_SYSCALL]: 'syscall',
  [t.BPF_PROG_TYPE_CGROUP_SKB]: 'cgroup',
  [t.BPF_PROG_TYPE_CGROUP_SOCK]: 'cgroup',
  [t.BPF_PROG_TYPE_CGROUP_DEVICE]: 'cgroup',
  [t.BPF_PROG_TYPE_CGROUP_SOCK_ADDR]: 'cgroup',
  [t.BPF_PROG_TYPE_CGROUP_SOCKOPT]: 'cgroup',
  [t.BPF_PROG_TYPE_CGROUP_SYSCTL]: 'cgroup',
  [t.BPF_PROG_TYPE_SOCK_OPS]: 'cgroup',
  [t.BPF_PROG_TYPE_SK_SKB]: 'sk_skb',
  [t.BPF_PROG_TYPE_SOCKET_FILTER]: 'socket_filter',
  [t.BPF_PROG_TYPE_LWT_IN]: 'lwt',
  [t.BPF_PROG_TYPE_LWT_OUT]: 'lwt',
  [t.BPF_PROG_TYPE_LWT_XMIT]: 'lwt',
  [t.BPF_PROG_TYPE_LWT_SEG6LOCAL]: 'lwt',
  [t.BPF_PROG_TYPE_NETFILTER]: 'netfilter',
  [t.BPF_PROG_TYPE_KPROBE]: 'kprobe',
};

/** Who calls a kfunc. */
export interface KfuncUser {
  /** BPF_PROG_TYPE_*: of the program, or of the one that it replaces a function of. */
  readonly progType: number;
  /** BPF_* */
  readonly expectedAttachType: number;
}

/** By name: what holds for it where it is offered. */
const OFFERED = new Map<string, { readonly set: KfuncSet; readonly flags: KfuncFlags }[]>();
for (const set of KFUNC_SETS) {
  for (const row of set.kfuncs.trim().split(/\s+/)) {
    const [name, flags = ''] = row.split(':');
    const offer = { set, flags: new Set(flags.split(',').filter(Boolean) as KfuncFlag[]) };
    const others = OFFERED.get(name);
    if (others) others.push(offer);
    else OFFERED.set(name, [offer]);
  }
}

/** What holds for a kfunc when such a program calls it; undefined where it may not. */
export function kfuncFlags(name: string, user: KfuncUser): KfuncFlags | undefined {
  const hook = HOOK_OF[user.progType];
  return OFFERED.get(name)?.find(({ set }) => {
    if (set.hooks.includes('all')) return true;
    return hook !== undefined && set.hooks.includes(hook) && isAmong(set.only, user);
  })?.flags;
}

function isAmong(only: KfuncSet['only'], { progType, expectedAttachType }: KfuncUser): boolean {
  switch (only) {
    case undefined:
      return true;
    case 'lsm':
      return progType === t.BPF_PROG_TYPE_LSM;
    case 'iter':
      return expectedAttachType === a.BPF_TRACE_ITER;
    case 'session':
      return (
        expectedAttachType === a.BPF_TRACE_KPROBE_SESSION ||
        expectedAttachType === LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION
      );
  }
}
