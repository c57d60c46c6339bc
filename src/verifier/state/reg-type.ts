/*
 * What a register can hold. The names are those of the kernel's logs and messages.
 * @see include/linux/bpf.h (v6.18), Documentation/bpf/verifier.rst
 */

/** Base types: the low eight bits. */
export const NOT_INIT = 0;
export const SCALAR_VALUE = 1;
export const PTR_TO_CTX = 2;
export const CONST_PTR_TO_MAP = 3;
export const PTR_TO_MAP_VALUE = 4;
export const PTR_TO_MAP_KEY = 5;
export const PTR_TO_STACK = 6;
export const PTR_TO_PACKET_META = 7;
export const PTR_TO_PACKET = 8;
export const PTR_TO_PACKET_END = 9;
export const PTR_TO_FLOW_KEYS = 10;
export const PTR_TO_SOCKET = 11;
export const PTR_TO_SOCK_COMMON = 12;
export const PTR_TO_TCP_SOCK = 13;
export const PTR_TO_TP_BUFFER = 14;
export const PTR_TO_XDP_SOCK = 15;
export const PTR_TO_BTF_ID = 16;
export const PTR_TO_MEM = 17;
export const PTR_TO_ARENA = 18;
export const PTR_TO_BUF = 19;
export const PTR_TO_FUNC = 20;
export const CONST_PTR_TO_DYNPTR = 21;

/** Flags: what else is so. */
export const PTR_MAYBE_NULL = 1 << 8;
export const MEM_RDONLY = 1 << 9;
export const MEM_RINGBUF = 1 << 10;
export const MEM_USER = 1 << 11;
export const MEM_PERCPU = 1 << 12;
export const MEM_ALLOC = 1 << 13;
export const PTR_UNTRUSTED = 1 << 14;
export const PTR_TRUSTED = 1 << 15;
export const MEM_RCU = 1 << 16;
export const NON_OWN_REF = 1 << 17;
export const DYNPTR_TYPE_LOCAL = 1 << 18;
export const DYNPTR_TYPE_RINGBUF = 1 << 19;
export const DYNPTR_TYPE_SKB = 1 << 20;
export const DYNPTR_TYPE_XDP = 1 << 21;
export const DYNPTR_TYPE_SKB_META = 1 << 22;
export const DYNPTR_TYPE_FILE = 1 << 23;

const NAMES: readonly string[] = [
  '?',
  'scalar',
  'ctx',
  'map_ptr',
  'map_value',
  'map_key',
  'fp',
  'pkt_meta',
  'pkt',
  'pkt_end',
  'flow_keys',
  'sock',
  'sock_common',
  'tcp_sock',
  'tp_buffer',
  'xdp_sock',
  'ptr_',
  'mem',
  'arena',
  'buf',
  'func',
  'dynptr_ptr',
];

const PREFIXES: readonly (readonly [number, string])[] = [
  [MEM_RDONLY, 'rdonly_'],
  [MEM_RINGBUF, 'ringbuf_'],
  [MEM_USER, 'user_'],
  [MEM_PERCPU, 'percpu_'],
  [MEM_RCU, 'rcu_'],
  [PTR_UNTRUSTED, 'untrusted_'],
  [PTR_TRUSTED, 'trusted_'],
];

/** The type without its flags. */
export function baseType(type: number): number {
  return type & 0xff;
}

/** The type as logs and messages say it, e.g. `rdonly_mem_or_null`. */
export function regTypeName(type: number): string {
  const base = baseType(type);
  const orNull = type & PTR_MAYBE_NULL ? (base === PTR_TO_BTF_ID ? 'or_null_' : '_or_null') : '';
  const prefix = PREFIXES.map(([flag, text]) => (type & flag ? text : '')).join('');
  return `${prefix}${NAMES[base]}${orNull}`;
}

export function mayBeNull(type: number): boolean {
  return (type & PTR_MAYBE_NULL) !== 0;
}

/** Pointers into a packet, its metadata or its end. */
export function isPacketPointer(type: number): boolean {
  const base = baseType(type);
  return base === PTR_TO_PACKET || base === PTR_TO_PACKET_META;
}

/** Flags that a pointer may have which is trusted. */
const TRUSTED_FLAGS = PTR_TRUSTED | MEM_ALLOC | NON_OWN_REF;

/** Whether a BTF pointer is known to lead to an object that stays. @param reference the row's `REF` */
export function isTrusted(type: number, reference: number): boolean {
  if (reference !== 0) return true;
  const flags = type & ~0xff;
  return (flags & TRUSTED_FLAGS) !== 0 && (flags & ~TRUSTED_FLAGS) === 0;
}
