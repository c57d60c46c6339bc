import type { HelperArgKind } from '../../catalog/index.ts';
import {
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RINGBUF,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TRUSTED,
  SCALAR_VALUE,
} from '../state/reg-type.ts';

/** Memory that helpers read and write. */
export const MEMORY: readonly number[] = [
  PTR_TO_STACK,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_MEM | MEM_RINGBUF,
  PTR_TO_BUF,
  PTR_TO_BTF_ID | PTR_TRUSTED,
];
const SCALAR: readonly number[] = [SCALAR_VALUE];
const SOCKETS: readonly number[] = [PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK];
const OBJECTS: readonly number[] = [PTR_TO_BTF_ID, PTR_TO_BTF_ID | PTR_TRUSTED, PTR_TO_BTF_ID | MEM_RCU];

/** What a register may hold for each kind of argument, in the order of the kernel's messages. */
export const TYPES_OF_KIND: Readonly<Record<Exclude<HelperArgKind, 'any'>, readonly number[]>> = {
  scalar: SCALAR,
  size: SCALAR,
  size0: SCALAR,
  alloc: SCALAR,
  ctx: [PTR_TO_CTX],
  map: [CONST_PTR_TO_MAP],
  key: MEMORY,
  value: MEMORY,
  mem: MEMORY,
  fixed: MEMORY,
  sock: SOCKETS,
  socket: [PTR_TO_SOCKET],
  btf_sock: [...SOCKETS, PTR_TO_BTF_ID, PTR_TO_BTF_ID | PTR_TRUSTED],
  btf: OBJECTS,
  any_btf: OBJECTS,
  percpu: [PTR_TO_BTF_ID | MEM_PERCPU, PTR_TO_BTF_ID | MEM_PERCPU | MEM_RCU, PTR_TO_BTF_ID | MEM_PERCPU | PTR_TRUSTED],
  spin_lock: [PTR_TO_MAP_VALUE, PTR_TO_BTF_ID | MEM_ALLOC],
  timer: [PTR_TO_MAP_VALUE],
  kptr: [PTR_TO_MAP_VALUE, PTR_TO_BTF_ID | MEM_ALLOC],
  func: [PTR_TO_FUNC],
  stack: [PTR_TO_STACK],
  string: [PTR_TO_MAP_VALUE],
  ringbuf_mem: [PTR_TO_MEM | MEM_RINGBUF],
  dynptr: [PTR_TO_STACK, CONST_PTR_TO_DYNPTR],
};
