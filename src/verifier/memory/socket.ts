import { isSocketAccess, type SocketKind } from '../../catalog/index.ts';
import { OFF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  regTypeName,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { loadUnknown } from './load-result.ts';
import { leastAdded, negativeIndex } from './place.ts';

const KINDS: Readonly<Record<number, SocketKind>> = {
  [PTR_TO_SOCKET]: 'sock',
  [PTR_TO_SOCK_COMMON]: 'sock_common',
  [PTR_TO_TCP_SOCK]: 'tcp_sock',
  [PTR_TO_XDP_SOCK]: 'xdp_sock',
};

/** A load of a field of `struct bpf_sock` and its like: programs only read them. */
export function accessSocket(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size, write } = access;
  const { w } = walk;
  const row = walk.reg(register);
  const name = regTypeName(w[row + TYPE]);
  if (write) return walk.denied(`R${register} cannot write into ${name}`);
  if (leastAdded(w, row) < 0) return negativeIndex(walk, register);
  const at = w[row + OFF] + off;
  if (!isSocketAccess(KINDS[baseType(w[row + TYPE])], at, size)) {
    return walk.denied(`R${register} invalid ${name} access off=${at} size=${size}`);
  }
  loadUnknown(walk, access);
  return undefined;
}

/** Bytes of `struct bpf_flow_keys`. @see include/uapi/linux/bpf.h (v6.18) */
const FLOW_KEYS_BYTES = 56;

export function accessFlowKeys(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size } = access;
  const at = walk.w[walk.reg(register) + OFF] + off;
  if (at < 0 || at + size > FLOW_KEYS_BYTES) {
    return walk.denied(`invalid access to flow keys off=${at} size=${size}`);
  }
  loadUnknown(walk, access);
  return undefined;
}
