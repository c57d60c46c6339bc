// Pointers among the arguments of hooks, and what is known of them (Linux 6.18).

/** An argument of an iterator's program. */
export interface IteratorArgument {
  /** A buffer whose size the iterator's map tells, or an object. */
  readonly type: 'buffer' | 'object';
  readonly readOnly?: boolean;
  /** Objects: sure to be valid. */
  readonly trusted?: boolean;
  /** Objects: default true, after the last one there is none. */
  readonly nullable?: boolean;
}

const TRUSTED: IteratorArgument = { type: 'object', trusted: true };
const OBJECT: IteratorArgument = { type: 'object' };
const KEY: IteratorArgument = { type: 'buffer', readOnly: true };
const VALUE: IteratorArgument = { type: 'buffer' };

/** By iterator: its arguments of which more is known than their types, by their place. */
export const iteratorArguments: Readonly<Record<string, Readonly<Record<number, IteratorArgument>>>> = {
  bpf_link: { 1: TRUSTED },
  bpf_map: { 1: TRUSTED },
  bpf_map_elem: { 2: KEY, 3: VALUE },
  bpf_prog: { 1: TRUSTED },
  bpf_sk_storage_map: { 2: OBJECT, 3: VALUE },
  cgroup: { 1: TRUSTED },
  dmabuf: { 1: TRUSTED },
  ipv6_route: { 1: OBJECT },
  kmem_cache: { 1: OBJECT },
  ksym: { 1: OBJECT },
  netlink: { 1: OBJECT },
  sockmap: { 2: KEY, 3: OBJECT },
  task: { 1: TRUSTED },
  task_file: { 1: OBJECT, 3: OBJECT },
  task_vma: { 1: TRUSTED, 2: OBJECT },
  tcp: { 1: TRUSTED },
  udp: { 1: TRUSTED },
  unix: { 1: OBJECT },
};

/** By tracepoint, a letter for each argument: `n` may be null, `e` may be an error, `-` neither. */
export const nullableTracepoints: Readonly<Record<string, string>> = {
  kfree_skb: '---n',
};
