import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { getU64, kernelPlace, result, setU64 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { KfuncFamily } from './family.ts';

/*
 * `struct bpf_rb_root`: u64 root node, u64 unused. `struct bpf_rb_node`: u64 parent, u64 right, u64 left, u64 owner (the
 * root; 0: in no tree).
 *
 * DEVIATION: the tree is not balanced: its order, all that programs can see of it but for bpf_rbtree_root, is the same.
 */
const PARENT = 0n;
const RIGHT = 8n;
const LEFT = 16n;
const OWNER = 24n;

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

function add(exec: Execution, [root, node, less, offset]: readonly [bigint, bigint, bigint, bigint]): bigint {
  if (get(exec, node + OWNER) !== 0n) {
    scopeOf(exec).runtime.heap.drop(node - offset);
    return result(-errno.EINVAL);
  }
  let parent = 0n;
  let link = root;
  for (let at = get(exec, link); at !== 0n; at = get(exec, link)) {
    parent = at;
    link = at + (BigInt.asUintN(8, exec.call(less, node, at)) !== 0n ? LEFT : RIGHT);
  }
  set(exec, node + PARENT, parent);
  set(exec, node + RIGHT, 0n);
  set(exec, node + LEFT, 0n);
  set(exec, node + OWNER, root);
  set(exec, link, node);
  return 0n;
}

function leftmost(exec: Execution, from: bigint): bigint {
  let node = from;
  for (let left = get(exec, node + LEFT); node !== 0n && left !== 0n; left = get(exec, node + LEFT)) node = left;
  return node;
}

/** Puts `by` where `node` hangs. */
function transplant(exec: Execution, root: bigint, node: bigint, by: bigint): void {
  const parent = get(exec, node + PARENT);
  if (parent === 0n) set(exec, root, by);
  else set(exec, parent + (get(exec, parent + LEFT) === node ? LEFT : RIGHT), by);
  if (by !== 0n) set(exec, by + PARENT, parent);
}

function remove(exec: Execution, root: bigint, node: bigint): bigint {
  if (get(exec, node + OWNER) !== root) return 0n;
  const left = get(exec, node + LEFT);
  const right = get(exec, node + RIGHT);
  if (left === 0n || right === 0n) transplant(exec, root, node, left || right);
  else {
    const next = leftmost(exec, right);
    if (next !== right) {
      transplant(exec, root, next, get(exec, next + RIGHT));
      set(exec, next + RIGHT, right);
      set(exec, right + PARENT, next);
    }
    transplant(exec, root, node, next);
    set(exec, next + LEFT, left);
    set(exec, left + PARENT, next);
  }
  for (const field of [PARENT, RIGHT, LEFT, OWNER]) set(exec, node + field, 0n);
  return node;
}

/** Ordered trees of objects. */
export const rbtreeKfuncs: KfuncFamily = {
  bpf_rbtree_add_impl: (exec, root, node, less, _meta, offset) => add(exec, [root, node, less, offset]),
  bpf_rbtree_remove: (exec, root, node) => remove(exec, root, node),
  bpf_rbtree_first: (exec, root) => leftmost(exec, get(exec, root)),
  bpf_rbtree_root: (exec, root) => get(exec, root),
  bpf_rbtree_left: (exec, _root, node) => get(exec, node + LEFT),
  bpf_rbtree_right: (exec, _root, node) => get(exec, node + RIGHT),
};
