import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { getU64, kernelPlace, result, setU64 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/*
 * `struct bpf_list_head`: u64 first, u64 last node. `struct bpf_list_node`: u64 next, u64 previous, u64 owner (the head;
 * 0: in no list). The ring is closed over the head; a head of zeros is empty.
 */
const NEXT = 0n;
const PREVIOUS = 8n;
const OWNER = 16n;

function get(exec: Execution, address: bigint): bigint {
  const { state } = scopeOf(exec).runtime;
  const place = kernelPlace(state.memory, address, 8);
  return place < 0 ? 0n : getU64(state, place);
}

function set(exec: Execution, address: bigint, value: bigint): void {
  const { state } = scopeOf(exec).runtime;
  const place = kernelPlace(state.memory, address, 8);
  if (place >= 0) setU64(state, place, value);
}

/** The first or last node; the head itself where the list is empty. */
function end(exec: Execution, head: bigint, side: bigint): bigint {
  return get(exec, head + side) || head;
}

function push(exec: Execution, [head, node, offset]: readonly [bigint, bigint, bigint], front: boolean): bigint {
  if (get(exec, node + OWNER) !== 0n) {
    scopeOf(exec).runtime.heap.drop(node - offset);
    return result(-errno.EINVAL);
  }
  const after = front ? head : end(exec, head, PREVIOUS);
  const before = front ? end(exec, head, NEXT) : head;
  set(exec, node + NEXT, before);
  set(exec, node + PREVIOUS, after);
  set(exec, after + NEXT, node);
  set(exec, before + PREVIOUS, node);
  if (before === head && after === head) {
    set(exec, head + NEXT, node);
    set(exec, head + PREVIOUS, node);
  }
  set(exec, node + OWNER, head);
  return 0n;
}

function pop(exec: Execution, head: bigint, side: bigint): bigint {
  const node = end(exec, head, side);
  if (node === head) return 0n;
  const next = get(exec, node + NEXT);
  const previous = get(exec, node + PREVIOUS);
  set(exec, previous + NEXT, next);
  set(exec, next + PREVIOUS, previous);
  for (const field of [NEXT, PREVIOUS, OWNER]) set(exec, node + field, 0n);
  return node;
}

function peek(exec: Execution, head: bigint, side: bigint): bigint {
  const node = end(exec, head, side);
  return node === head ? 0n : node;
}

/** Linked lists of objects. */
export const listKfuncs: KfuncFamily = {
  bpf_list_push_front_impl: (exec, head, node, _meta, offset) => push(exec, [head, node, offset], true),
  bpf_list_push_back_impl: (exec, head, node, _meta, offset) => push(exec, [head, node, offset], false),
  bpf_list_pop_front: (exec, head) => pop(exec, head, NEXT),
  bpf_list_pop_back: (exec, head) => pop(exec, head, PREVIOUS),
  bpf_list_front: (exec, head) => peek(exec, head, NEXT),
  bpf_list_back: (exec, head) => peek(exec, head, PREVIOUS),
};
