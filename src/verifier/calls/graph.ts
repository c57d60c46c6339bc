import { type Btf, type BtfComposite, resolveType } from '../../btf/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, ID, OFF, REF, TYPE, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, MEM_ALLOC, MEM_RCU, NON_OWN_REF, PTR_TO_BTF_ID, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import { fieldsBehind, objectFields } from '../types/field-table.ts';
import { isSameStruct } from '../types/same-struct.ts';
import type { TypedField } from '../types/value-fields.ts';
import { setPointer } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { PointerKind } from './kfunc-arg-kind.ts';
import type { KfuncCall } from './kfunc-call.ts';
import { isLock, lockOwner } from './locks.ts';
import { inTreeCallback } from './tree-callback.ts';

/** An object that the program allocated and holds, or one that it may use while it holds the lock. */
const ALLOCATED = PTR_TO_BTF_ID | MEM_ALLOC;

interface GraphArg {
  readonly index: number;
  readonly kind: PointerKind;
}

/** The head of a list or the root of a tree, whose lock has to be held. */
export function checkRoot(walk: Walk, call: KfuncCall, { index, kind }: GraphArg): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  if (type !== PTR_TO_MAP_VALUE && type !== ALLOCATED) {
    return walk.invalid(`arg#${index} expected pointer to map value or allocated object`);
  }
  if (type === ALLOCATED && w[row + REF] === 0) return walk.invalid('allocated object must be referenced');
  const name = `bpf_${kind}`;
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. ${name} has to be at the constant offset`);
  }
  const fields = fieldsBehind(walk, row);
  const at = w[row + OFF] + w[row + VALUE];
  const field = fields.find((other) => other.kind === kind && other.offset === at);
  if (!field) return walk.invalid(`${name} not found at offset=${at >>> 0}`);
  if (!isLocked(walk, row)) {
    const lock = fields.find((other) => other.kind === 'spin_lock' || other.kind === 'res_spin_lock');
    return walk.invalid(`bpf_spin_lock at off=${lock?.offset ?? -1} must be held for ${name}`);
  }
  const btf = rootBtf(walk, row);
  if (btf) call.root = { field, btf };
  return undefined;
}

/** The BTF that says what is in the list or tree. */
function rootBtf(walk: Walk, row: number): Btf | undefined {
  const { w } = walk;
  if (baseType(w[row + TYPE]) !== PTR_TO_MAP_VALUE) return walk.btfs.at(w[row + AUX2]);
  return walk.options.btfById(walk.mapViews[w[row + AUX]].btfId);
}

/** Whether the lock beside the list or tree is held. */
function isLocked(walk: Walk, row: number): boolean {
  const owner = lockOwner(walk, row);
  const { refs, locks } = walk.state.shared;
  if (locks === 0) return false;
  return refs.some((reference) => isLock(reference) && reference.id === walk.w[row + ID] && reference.ptr === owner);
}

/** What a list or tree holds: objects of a type, by the node at an offset of them. */
export interface Contained {
  readonly index: number;
  readonly struct: BtfComposite;
  /** Bytes from the object's start to its node. */
  readonly offset: number;
}

/** What the list or tree of the call holds, as its tag says. */
export function containedIn(walk: Walk, { root }: Pick<KfuncCall, 'root'>): Contained | undefined {
  const [name, node] = root?.field.contains?.split(':') ?? [];
  const struct = root?.btf.findByName(name, 'STRUCT');
  const member = struct?.members.find((other) => other.name === node);
  if (!root || !struct || !member) return undefined;
  return { index: walk.btfs.indexOf(root.btf), struct, offset: member.bitOffset / 8 };
}

/** A node of a list or tree: one to be put in has to be owned, one in a tree only known. */
export function checkNode(walk: Walk, call: KfuncCall, { index, kind }: GraphArg): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(index + 1);
  const { name } = call.kfunc;
  if (kind === 'list_node' || name === 'bpf_rbtree_add_impl') {
    if (w[row + TYPE] !== ALLOCATED) return walk.invalid(`arg#${index} expected pointer to allocated object`);
    if (w[row + REF] === 0) return walk.invalid('allocated object must be referenced');
  } else {
    if (!(w[row + TYPE] & NON_OWN_REF) && w[row + REF] === 0) {
      return walk.invalid(`${name} can only take non-owning or refcounted bpf_rb_node pointer`);
    }
    if (inTreeCallback(walk)) return walk.invalid(`${name} not allowed in rbtree cb`);
  }
  return checkNodePlace(walk, call, { index, kind });
}

function checkNodePlace(walk: Walk, call: KfuncCall, { index, kind }: GraphArg): Refusal | undefined {
  const { w } = walk;
  const register = index + 1;
  const row = walk.reg(register);
  const node = `bpf_${kind}`;
  const head = kind === 'list_node' ? 'bpf_list_head' : 'bpf_rb_root';
  if (!isKnown(w, row)) {
    return walk.invalid(`R${register} doesn't have constant offset. ${node} has to be at the constant offset`);
  }
  const at = w[row + OFF] + w[row + VALUE];
  const field = nodeAt(walk, row, { kind, at });
  if (!field) return walk.invalid(`${node} not found at offset=${at >>> 0}`);
  const contained = containedIn(walk, call);
  if (!contained) return walk.invalid(`${node} not found at offset=${at >>> 0}`);
  const { struct, offset } = contained;
  const given = { index: w[row + AUX2], typeId: w[row + AUX], off: 0 };
  if (!isSameStruct(walk, given, { index: contained.index, typeId: struct.id, strict: true })) {
    const other = resolveType(walk.btfs.at(given.index), given.typeId).name;
    return walk.invalid(
      `operation on ${head} expects arg#1 ${node} at offset=${offset} in struct ${struct.name}, but arg is at offset=${at} in struct ${other}`,
    );
  }
  if (at === offset) return undefined;
  return walk.invalid(`arg#1 offset=${at}, but expected ${node} at offset=${offset} in struct ${struct.name}`);
}

function nodeAt(walk: Walk, row: number, { kind, at }: { kind: PointerKind; at: number }): TypedField | undefined {
  const { w } = walk;
  const fields = objectFields(walk.btfs.at(w[row + AUX2]), w[row + AUX]);
  return fields.find((field) => field.kind === kind && field.offset === at);
}

/** The row leads to a node of the object that the list or tree of the call holds. */
export function setNode(walk: Walk, row: number, call: Pick<KfuncCall, 'root'>): void {
  const { w } = walk;
  const contained = containedIn(walk, call);
  setPointer(w, row, ALLOCATED);
  if (!contained) return;
  w[row + AUX] = contained.struct.id;
  w[row + AUX2] = contained.index;
  w[row + OFF] = contained.offset;
}

/** The object is not the program's own: it may be used while the lock is held, or longer where it is counted. */
export function setBorrowed(walk: Walk, row: number): void {
  const { w } = walk;
  const fields = objectFields(walk.btfs.at(w[row + AUX2]), w[row + AUX]);
  w[row + TYPE] |= NON_OWN_REF | (fields.some(({ kind }) => kind === 'refcount') ? MEM_RCU : 0);
}

/** The object is in the list or tree now: pointers to it are only borrowed. */
export function lend(walk: Walk, reference: number): void {
  const { w } = walk;
  walk.dropReference(reference);
  walk.state.forEachRow((row) => {
    if (w[row + TYPE] === 0 || w[row + REF] !== reference) return;
    w[row + REF] = 0;
    setBorrowed(walk, row);
  });
}
