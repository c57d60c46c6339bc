import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';

const t = bpf_attach_type;
const p = bpf_prog_type;

/**
 * Program types that BPF_PROG_LOAD takes only with one of these expected attach types; all others take any.
 * @see kernel/bpf/syscall.c (v6.12)
 */
export const EXPECTED_ATTACH_TYPES: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [
    p.BPF_PROG_TYPE_CGROUP_SOCK,
    [
      t.BPF_CGROUP_INET_SOCK_CREATE,
      t.BPF_CGROUP_INET_SOCK_RELEASE,
      t.BPF_CGROUP_INET4_POST_BIND,
      t.BPF_CGROUP_INET6_POST_BIND,
    ],
  ],
  [
    p.BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
    [
      t.BPF_CGROUP_INET4_BIND,
      t.BPF_CGROUP_INET6_BIND,
      t.BPF_CGROUP_INET4_CONNECT,
      t.BPF_CGROUP_INET6_CONNECT,
      t.BPF_CGROUP_UNIX_CONNECT,
      t.BPF_CGROUP_INET4_GETPEERNAME,
      t.BPF_CGROUP_INET6_GETPEERNAME,
      t.BPF_CGROUP_UNIX_GETPEERNAME,
      t.BPF_CGROUP_INET4_GETSOCKNAME,
      t.BPF_CGROUP_INET6_GETSOCKNAME,
      t.BPF_CGROUP_UNIX_GETSOCKNAME,
      t.BPF_CGROUP_UDP4_SENDMSG,
      t.BPF_CGROUP_UDP6_SENDMSG,
      t.BPF_CGROUP_UNIX_SENDMSG,
      t.BPF_CGROUP_UDP4_RECVMSG,
      t.BPF_CGROUP_UDP6_RECVMSG,
      t.BPF_CGROUP_UNIX_RECVMSG,
    ],
  ],
  [p.BPF_PROG_TYPE_CGROUP_SKB, [t.BPF_CGROUP_INET_INGRESS, t.BPF_CGROUP_INET_EGRESS]],
  [p.BPF_PROG_TYPE_CGROUP_SOCKOPT, [t.BPF_CGROUP_SETSOCKOPT, t.BPF_CGROUP_GETSOCKOPT]],
  [p.BPF_PROG_TYPE_SK_LOOKUP, [t.BPF_SK_LOOKUP]],
  [p.BPF_PROG_TYPE_SK_REUSEPORT, [t.BPF_SK_REUSEPORT_SELECT, t.BPF_SK_REUSEPORT_SELECT_OR_MIGRATE]],
  [p.BPF_PROG_TYPE_NETFILTER, [t.BPF_NETFILTER]],
  [p.BPF_PROG_TYPE_SYSCALL, [0]],
  [p.BPF_PROG_TYPE_EXT, [0]],
]);

/** Where a load leaves the expected attach type 0, these types mean another. */
export const DEFAULT_ATTACH_TYPES: ReadonlyMap<number, number> = new Map<number, number>([
  [p.BPF_PROG_TYPE_CGROUP_SOCK, t.BPF_CGROUP_INET_SOCK_CREATE],
  [p.BPF_PROG_TYPE_SK_REUSEPORT, t.BPF_SK_REUSEPORT_SELECT],
]);

/** Program types that attach to a function, tracepoint or struct of ops by its BTF id. */
export const BY_BTF_ID: readonly number[] = [
  p.BPF_PROG_TYPE_TRACING,
  p.BPF_PROG_TYPE_LSM,
  p.BPF_PROG_TYPE_STRUCT_OPS,
  p.BPF_PROG_TYPE_EXT,
];

/** Licences under which a program may call GPL-only helpers. @see include/linux/license.h (v6.12) */
export const GPL_COMPATIBLE: readonly string[] = [
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
];
