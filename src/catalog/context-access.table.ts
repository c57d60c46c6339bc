// What programs may load from and store to their contexts (Linux 6.18).
// @see net/core/filter.c, kernel/bpf/cgroup.c, kernel/trace/bpf_trace.c (v6.12)
import { bpf_attach_type, bpf_prog_type } from '../uapi/index.ts';
import type { ContextField } from './context.ts';

/** What a load of a context's field yields, where it is a pointer. */
export type ContextPointer =
  | 'packet'
  | 'packet_meta'
  | 'packet_end'
  | 'sock'
  | 'sock_or_null'
  | 'sock_common_or_null'
  | 'flow_keys';

/**
 * How a field may be loaded. `exact`: as it is. `narrow`: parts of it. `start`: its first bytes. `wide`: parts of it, or two elements of an array
 * at once. `bytes`: in any way within it. `words`: eight bytes each. `port`: two bytes, as four too. `protocol`: at least
 * two bytes.
 */
export type LoadRule = 'exact' | 'narrow' | 'start' | 'wide' | 'bytes' | 'words' | 'port' | 'protocol';
/** How a field may be stored to; a list: as it is, by programs of these attach types. `first`: only its first element. */
export type StoreRule = 'exact' | 'first' | 'wide' | 'bytes' | readonly number[];

export interface ContextRules {
  /** Fields without a rule of their own. */
  readonly loads: LoadRule;
  readonly fields?: Readonly<Record<string, LoadRule>>;
  readonly stores?: Readonly<Record<string, StoreRule>>;
  /** Fields that the struct has, and the program type has not. */
  readonly hidden?: readonly string[];
  /** Fields that only programs of some attach types have. */
  readonly only?: Readonly<Record<string, readonly number[]>>;
  readonly pointers?: Readonly<Record<string, ContextPointer>>;
  /** Fields that are not in the table of the translation. */
  readonly more?: readonly ContextField[];
}

const T = bpf_prog_type;
const A = bpf_attach_type;

const SOCKET_FIELDS: readonly string[] = [
  'family',
  'remote_ip4',
  'local_ip4',
  'remote_ip6',
  'local_ip6',
  'remote_port',
  'local_port',
];

const skb: ContextRules = {
  loads: 'narrow',
  fields: {
    cb: 'bytes',
    remote_ip4: 'exact',
    local_ip4: 'exact',
    remote_ip6: 'exact',
    local_ip6: 'exact',
    tstamp: 'exact',
    hwtstamp: 'exact',
  },
  hidden: ['flow_keys', 'tstamp_type'],
  pointers: { sk: 'sock_common_or_null' },
};

const PACKET = { data: 'packet', data_end: 'packet_end' } as const;

const lwt: ContextRules = {
  ...skb,
  hidden: [...skb.hidden!, ...SOCKET_FIELDS, 'tc_classid', 'data_meta', 'tstamp', 'wire_len', 'hwtstamp'],
  stores: { mark: 'exact', priority: 'exact', cb: 'bytes' },
  pointers: { ...skb.pointers, ...PACKET },
};

const tc: ContextRules = {
  ...skb,
  fields: { ...skb.fields, tstamp_type: 'exact' },
  hidden: ['flow_keys', ...SOCKET_FIELDS],
  stores: {
    mark: 'exact',
    tc_index: 'exact',
    priority: 'exact',
    tc_classid: 'exact',
    cb: 'bytes',
    tstamp: 'exact',
    queue_mapping: 'exact',
  },
  pointers: { ...skb.pointers, ...PACKET, data_meta: 'packet_meta' },
};

const INET4 = [
  A.BPF_CGROUP_INET4_BIND,
  A.BPF_CGROUP_INET4_CONNECT,
  A.BPF_CGROUP_INET4_GETPEERNAME,
  A.BPF_CGROUP_INET4_GETSOCKNAME,
  A.BPF_CGROUP_UDP4_SENDMSG,
  A.BPF_CGROUP_UDP4_RECVMSG,
];
const INET6 = [
  A.BPF_CGROUP_INET6_BIND,
  A.BPF_CGROUP_INET6_CONNECT,
  A.BPF_CGROUP_INET6_GETPEERNAME,
  A.BPF_CGROUP_INET6_GETSOCKNAME,
  A.BPF_CGROUP_UDP6_SENDMSG,
  A.BPF_CGROUP_UDP6_RECVMSG,
];
const SOCK_CREATE = [A.BPF_CGROUP_INET_SOCK_CREATE, A.BPF_CGROUP_INET_SOCK_RELEASE];
const POST_BIND = [A.BPF_CGROUP_INET4_POST_BIND, A.BPF_CGROUP_INET6_POST_BIND];

/** Fields of `struct bpf_sock` that are not loaded in any part. */
export const sockLoads: Readonly<Record<string, LoadRule>> = {
  bound_dev_if: 'exact',
  family: 'start',
  type: 'start',
  protocol: 'start',
  mark: 'exact',
  priority: 'exact',
  src_port: 'start',
  dst_port: 'port',
  state: 'start',
  rx_queue_mapping: 'start',
};

/** By program type. */
export const accessRules: ReadonlyMap<number, ContextRules> = new Map<number, ContextRules>([
  [
    T.BPF_PROG_TYPE_SOCKET_FILTER,
    {
      ...skb,
      hidden: [
        ...skb.hidden!,
        ...SOCKET_FIELDS,
        'tc_classid',
        'data',
        'data_meta',
        'data_end',
        'tstamp',
        'wire_len',
        'hwtstamp',
      ],
      stores: { cb: 'bytes' },
    },
  ],
  [
    T.BPF_PROG_TYPE_CGROUP_SKB,
    {
      ...skb,
      hidden: [...skb.hidden!, 'tc_classid', 'data_meta', 'wire_len'],
      stores: { mark: 'exact', priority: 'exact', cb: 'bytes', tstamp: 'exact' },
      pointers: { ...skb.pointers, ...PACKET },
    },
  ],
  [T.BPF_PROG_TYPE_LWT_IN, lwt],
  [T.BPF_PROG_TYPE_LWT_OUT, lwt],
  [T.BPF_PROG_TYPE_LWT_XMIT, lwt],
  [T.BPF_PROG_TYPE_LWT_SEG6LOCAL, lwt],
  [T.BPF_PROG_TYPE_SCHED_CLS, tc],
  [T.BPF_PROG_TYPE_SCHED_ACT, tc],
  [
    T.BPF_PROG_TYPE_SK_SKB,
    {
      ...skb,
      hidden: [...skb.hidden!, 'tc_classid', 'data_meta', 'tstamp', 'wire_len', 'hwtstamp', 'mark'],
      stores: { tc_index: 'exact', priority: 'exact' },
      pointers: { ...skb.pointers, ...PACKET },
    },
  ],
  [T.BPF_PROG_TYPE_FLOW_DISSECTOR, { loads: 'exact', pointers: { ...PACKET, flow_keys: 'flow_keys' } }],
  [
    T.BPF_PROG_TYPE_XDP,
    {
      loads: 'exact',
      only: { egress_ifindex: [A.BPF_XDP_DEVMAP] },
      pointers: { ...PACKET, data_meta: 'packet_meta' },
    },
  ],
  [
    T.BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
    {
      loads: 'exact',
      fields: { user_ip4: 'narrow', user_ip6: 'wide', user_port: 'narrow', msg_src_ip4: 'narrow', msg_src_ip6: 'wide' },
      stores: { user_ip4: 'exact', user_ip6: 'wide', user_port: 'exact', msg_src_ip4: 'exact', msg_src_ip6: 'wide' },
      only: {
        user_ip4: INET4,
        user_ip6: INET6,
        msg_src_ip4: [A.BPF_CGROUP_UDP4_SENDMSG],
        msg_src_ip6: [A.BPF_CGROUP_UDP6_SENDMSG],
      },
      pointers: { sk: 'sock' },
    },
  ],
  [
    T.BPF_PROG_TYPE_CGROUP_SOCK,
    {
      loads: 'narrow',
      fields: sockLoads,
      stores: { bound_dev_if: SOCK_CREATE, mark: SOCK_CREATE, priority: SOCK_CREATE },
      only: {
        bound_dev_if: SOCK_CREATE,
        mark: SOCK_CREATE,
        priority: SOCK_CREATE,
        src_ip4: [A.BPF_CGROUP_INET4_POST_BIND],
        src_ip6: [A.BPF_CGROUP_INET6_POST_BIND],
        src_port: POST_BIND,
      },
    },
  ],
  [
    T.BPF_PROG_TYPE_SOCK_OPS,
    {
      loads: 'exact',
      fields: { skb_tcp_flags: 'start' },
      stores: { args: 'first', sk_txhash: 'exact' },
      pointers: { sk: 'sock_or_null', skb_data: 'packet', skb_data_end: 'packet_end' },
      more: [{ name: 'skb_hwtstamp', offset: 216, size: 8, path: [] }],
    },
  ],
  [T.BPF_PROG_TYPE_SK_MSG, { loads: 'exact', pointers: { ...PACKET, sk: 'sock' } }],
  [
    T.BPF_PROG_TYPE_SK_REUSEPORT,
    {
      loads: 'narrow',
      fields: { hash: 'exact', eth_protocol: 'protocol' },
      pointers: { ...PACKET, sk: 'sock', migrating_sk: 'sock_common_or_null' },
    },
  ],
  [T.BPF_PROG_TYPE_SK_LOOKUP, { loads: 'narrow', fields: { remote_port: 'port' }, pointers: { sk: 'sock_or_null' } }],
  [T.BPF_PROG_TYPE_CGROUP_SYSCTL, { loads: 'narrow', stores: { file_pos: 'exact' } }],
  [
    T.BPF_PROG_TYPE_CGROUP_SOCKOPT,
    {
      loads: 'exact',
      only: { retval: [A.BPF_CGROUP_GETSOCKOPT] },
      stores: {
        level: [A.BPF_CGROUP_SETSOCKOPT],
        optname: [A.BPF_CGROUP_SETSOCKOPT],
        optlen: 'exact',
        retval: [A.BPF_CGROUP_GETSOCKOPT],
      },
      pointers: { sk: 'sock', optval: 'packet', optval_end: 'packet_end' },
    },
  ],
  [T.BPF_PROG_TYPE_PERF_EVENT, { loads: 'words', fields: { sample_period: 'narrow', addr: 'narrow' } }],
]);
